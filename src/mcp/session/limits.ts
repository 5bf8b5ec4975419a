/**
 * What a server may do before its session ends or something of it is left out. A server is a program that nobody here
 * wrote; each number is far above what the servers that were tried need, and far below what hurts.
 */

/** One message, in bytes: a whole file as text fits, and it is read, parsed and checked in one piece. */
export const longestMessage = 4 * 1024 * 1024;
/** Lines on stdout that are no messages: banners and stray prints are common, a stream of them is not. */
export const mostMalformed = 100;
/** Answers to questions that were never asked. One may be a bug of the server. */
export const mostForged = 100;
/** Bytes that wait because the server does not read. */
export const mostUnread = 8 * 1024 * 1024;

/** Notifications beyond this rate are dropped: people read no faster, and each one costs the host work. */
export const heardNotifications = { burst: 500, perSecond: 100 };
/** Messages of any kind beyond this rate end the session: dropping them costs a core for ever. */
export const borneMessages = { burst: 20_000, perSecond: 1000 };
/** Lines for the log. */
export const loggedLines = { burst: 100, perSecond: 20 };
/** What a server may have asked of people and the model at a time. */
export const requestsAtOnce = 8;
/** And in the long run: time stands still for it, so it could go on for ever, and nobody fills in forms all day. */
export const heardRequests = { burst: 30, perSecond: 0.1 };

/** From the start to the end of the acquaintance. A large server on a slow disk takes seconds. */
export const openMs = 30_000;
/** One list with all of its pages, and one prompt. */
export const listMs = 30_000;
/** Progress may stretch a call to so many times its own limit. */
export const mostStretch = 10;

export const mostPages = 50;
export const mostTools = 200;
export const mostResources = 1000;
export const mostPrompts = 200;
export const longestName = 128;
export const longestTitle = 500;
export const longestDescription = 20_000;
/** A schema as JSON, in characters. It goes into prompts and is shown to a person. */
export const longestSchema = 64_000;
/** A whole list as JSON, in characters. */
export const longestList = 4_000_000;
/** How deep JSON may be nested that others will walk through. */
export const deepestNesting = 64;
/** `structuredContent` as JSON, in characters. */
export const longestData = 100_000;
/** Parts of a result that are told of. */
export const mostLeftOut = 100;

/** One use of a schema. It takes under a millisecond, unless its author wants it to take for ever. */
export const schemaMs = 500;
/** What a server may ask the model to read, in characters, and to write, in tokens. */
export const longestSampling = 100_000;
export const mostSampledTokens = 4096;
