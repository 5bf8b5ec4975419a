import { z } from "zod";
import { grant } from "./tool.ts";

/** What people, policies and tool names call a server. Agents see its tools as `<server>__<tool>`. */
export const serverName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "must be small letters, digits and -, begin with a letter, and be at most 32 long");

/**
 * Where a server is. `bundle`: on this machine, sealed like a tool. `perimeter`: at a private address, behind the
 * gateway. `connector`: on a machine that dials in.
 */
export const serverKind = z.enum(["bundle", "perimeter", "connector"]);
export type ServerKind = z.infer<typeof serverKind>;

/** A tool word for word as its server describes it (MCP `tools/list`). All of it was written by the server. */
export const describedTool = z.strictObject({
  name: z.string().min(1).max(128),
  title: z.string().max(500).nullable(),
  description: z.string().max(20_000),
  /** JSON Schema. */
  inputSchema: z.record(z.string(), z.unknown()),
  /** What the server says of itself; nothing is decided by it alone. */
  readOnlyHint: z.boolean().nullable(),
  destructiveHint: z.boolean().nullable(),
});
export type DescribedTool = z.infer<typeof describedTool>;

/** What a person said of a tool. Only `approved` ones can be called; `changed`: approved once, described otherwise now. */
export const reviewState = z.enum(["new", "approved", "changed", "refused", "gone"]);
export type ReviewState = z.infer<typeof reviewState>;

/** How a tool of a server counts for the policy. Who approves it says so; a new one counts as `run`. */
export const serverToolEffect = z.enum(["read", "run"]);
export type ServerToolEffect = z.infer<typeof serverToolEffect>;

export const serverToolView = z.strictObject({
  described: describedTool,
  /** What agents and policies call it: `<server>__<tool>`. */
  toolName: z.string(),
  /** SHA-256 of the description, hex: what an approval is about. */
  fingerprint: z.string(),
  state: reviewState,
  effect: serverToolEffect,
  /** The description that was approved, when it is another one now. */
  approved: describedTool.nullable(),
  reviewedBy: z.string().nullable(),
  reviewedAt: z.string().nullable(),
});
export type ServerToolView = z.infer<typeof serverToolView>;

/** One question of a bundle's manifest (`user_config`) to whoever installs it. */
export const settingField = z.strictObject({
  key: z.string(),
  title: z.string(),
  description: z.string(),
  type: z.enum(["string", "number", "boolean", "directory", "file"]),
  required: z.boolean(),
  /** Never shown again once it is set. */
  sensitive: z.boolean(),
  multiple: z.boolean(),
  default: z.unknown().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
});
export type SettingField = z.infer<typeof settingField>;

export const settingValues = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
export type SettingValues = z.infer<typeof settingValues>;

/** Who stands for a bundle. `unsigned` and `unknown` can be installed unless the administrator demands a publisher. */
export const publisher = z.strictObject({
  state: z.enum(["trusted", "unknown", "unsigned"]),
  name: z.string().nullable(),
  /** SHA-256 of the certificate, hex. */
  fingerprint: z.string().nullable(),
});
export type Publisher = z.infer<typeof publisher>;

/**
 * `servers.json` of the data folder: what the administrator lets bundles be. Without the file: Node only, any publisher.
 */
export const serversFile = z.strictObject({
  version: z.literal(1),
  /** The interpreter that Python bundles run on, an absolute path below /usr. Null: there are none. */
  python: z.string().startsWith("/", "must be an absolute path, such as /usr/bin/python3").nullable().default(null),
  /** Whether bundles may be programs made for this kind of machine. */
  programs: z.boolean().default(false),
  /** Whose bundles count as trusted: `certificate` is the SHA-256 of the certificate that signs, hex. */
  publishers: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(100),
        certificate: z
          .string()
          .transform((hex) => hex.replaceAll(":", "").toLowerCase())
          .pipe(z.string().regex(/^[0-9a-f]{64}$/, "must be the SHA-256 of a certificate: 64 hexadecimal digits")),
      }),
    )
    .default([]),
  /** Whether a bundle that none of them signed is refused. */
  requirePublisher: z.boolean().default(false),
});
export type ServersFile = z.infer<typeof serversFile>;

/** What a bundle says of itself, and what was found out about it. */
export const bundleFacts = z.strictObject({
  /** A name that is free here. */
  suggestedName: serverName,
  title: z.string(),
  version: z.string(),
  description: z.string(),
  author: z.string(),
  licence: z.string().nullable(),
  runtime: z.enum(["node", "python", "binary"]),
  /** Of the .mcpb file, or of a listing of the folder (each file's SHA-256 and path), hex. */
  sha256: z.string(),
  bytes: z.number(),
  files: z.int(),
  publisher,
  settings: z.array(settingField),
  /** Why it cannot be installed here, each a sentence with its remedy. Empty: it can. */
  faults: z.array(z.string()),
});
export type BundleFacts = z.infer<typeof bundleFacts>;

export const serverView = z.strictObject({
  name: serverName,
  kind: serverKind,
  title: z.string(),
  version: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  state: z.enum(["stopped", "starting", "running", "failed"]),
  /** Why it failed last, with what to do; null when it did not. */
  fault: z.string().nullable(),
  /** Where it is, in words for people: the bundle's file, `https://records.lan:8443 at 10.0.0.7`, a connector. */
  place: z.string(),
  /** Folders the server itself may reach, beside its own private one. Bundles only. */
  grants: z.array(grant),
  bundle: bundleFacts.omit({ faults: true, suggestedName: true }).nullable(),
  /** Set values; of a sensitive one only that it is set. */
  settings: z.record(z.string(), z.unknown()),
  addedAt: z.string(),
  /** How many tools wait for a review, and how many can be called. */
  toolsToReview: z.int(),
  toolsApproved: z.int(),
});
export type ServerView = z.infer<typeof serverView>;

export const serverResource = z.strictObject({
  uri: z.string(),
  name: z.string(),
  description: z.string(),
  mimeType: z.string().nullable(),
});
export type ServerResource = z.infer<typeof serverResource>;

export const serverPrompt = z.strictObject({
  name: z.string(),
  description: z.string(),
  arguments: z.array(z.strictObject({ name: z.string(), description: z.string(), required: z.boolean() })),
});
export type ServerPrompt = z.infer<typeof serverPrompt>;

export const serverDetails = z.strictObject({
  server: serverView,
  tools: z.array(serverToolView),
  /** Empty while it does not run. */
  resources: z.array(serverResource),
  prompts: z.array(serverPrompt),
});
export type ServerDetails = z.infer<typeof serverDetails>;

/** One field of a form that a server asks a person to fill in (MCP elicitation). */
export const formField = z.strictObject({
  key: z.string(),
  title: z.string(),
  description: z.string(),
  type: z.enum(["string", "number", "integer", "boolean", "choice", "choices"]),
  format: z.enum(["email", "uri", "date", "date-time"]).nullable(),
  required: z.boolean(),
  /** Of a choice: what is sent, and what is shown. */
  options: z.array(z.strictObject({ value: z.string(), label: z.string() })),
  default: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
});
export type FormField = z.infer<typeof formField>;

export const formValues = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
export type FormValues = z.infer<typeof formValues>;

/** A form that waits for a person. What is entered goes to that server and nowhere else. */
export const elicitationRequest = z.strictObject({
  id: z.string(),
  runId: z.string().nullable(),
  server: z.string(),
  serverKind,
  /** The server's words. */
  message: z.string(),
  fields: z.array(formField),
  askedAt: z.string(),
});
export type ElicitationRequest = z.infer<typeof elicitationRequest>;

export const elicitationAnswer = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("accept"), values: formValues }),
  z.strictObject({ action: z.literal("decline") }),
  z.strictObject({ action: z.literal("cancel") }),
]);
export type ElicitationAnswer = z.infer<typeof elicitationAnswer>;
