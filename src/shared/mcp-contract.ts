import { z } from "zod";
import type { Contract } from "./contract.ts";
import { describedTool, elicitationAnswer, formField, serverPrompt, serverResource } from "./mcp.ts";

/** The largest text of one result, in UTF-16 units; what is longer is cut and says so. */
export const longestServerText = 400_000;

/** A part of a result that is no text: it is told of, never passed on. */
export const leftOutPart = z.strictObject({
  kind: z.enum(["image", "audio", "resource"]),
  mimeType: z.string(),
  bytes: z.int(),
});

export const serverResult = z.strictObject({
  /** All text parts, and a line for each part that was left out. */
  text: z.string().max(longestServerText + 1000),
  /** `structuredContent`, when it is small enough. */
  data: z.unknown(),
  isError: z.boolean(),
  truncated: z.boolean(),
  leftOut: z.array(leftOutPart),
});
export type ServerResult = z.infer<typeof serverResult>;

/**
 * Host → MCP session: one server. The session speaks the protocol, to a process beside it in the sandbox, or, in the
 * gateway, to a private address or a connector. The host sees nothing of the protocol, and believes nothing it is told.
 */
export const mcpContract = {
  methods: {
    /** Starts or reaches the server and makes its acquaintance. Once, before all else. @throws engine.failed, timeout */
    open: {
      params: z.strictObject({ clientVersion: z.string(), elicitation: z.boolean(), sampling: z.boolean() }),
      result: z.strictObject({
        name: z.string(),
        version: z.string(),
        protocolVersion: z.string(),
        instructions: z.string().nullable(),
        tools: z.boolean(),
        resources: z.boolean(),
        prompts: z.boolean(),
      }),
    },
    /** All pages. @throws tool.limit when it lists more than is bearable, tool.failed when what it lists is malformed */
    tools: { params: z.strictObject({}), result: z.strictObject({ tools: z.array(describedTool).max(200) }) },
    resources: { params: z.strictObject({}), result: z.strictObject({ resources: z.array(serverResource).max(1000) }) },
    prompts: { params: z.strictObject({}), result: z.strictObject({ prompts: z.array(serverPrompt).max(200) }) },
    /**
     * Calls a tool. Arguments are checked against its JSON Schema first. Cancelling tells the server so.
     * @throws cancelled, timeout, tool.failed, tool.limit, input.invalid, channel.closed
     */
    call: {
      params: z.strictObject({
        callId: z.string(),
        tool: z.string(),
        arguments: z.record(z.string(), z.unknown()),
        /** Silence that is borne; progress starts it anew, up to ten times as long in all. */
        timeoutMs: z.int().positive(),
      }),
      result: serverResult,
    },
    readResource: {
      params: z.strictObject({ uri: z.string(), timeoutMs: z.int().positive() }),
      result: serverResult,
    },
    /** A prompt's messages as one text. */
    prompt: {
      params: z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.string()) }),
      result: z.strictObject({ text: z.string() }),
    },
  },
  events: {
    progress: z.strictObject({
      callId: z.string(),
      progress: z.number(),
      total: z.number().nullable(),
      message: z.string().max(500).nullable(),
    }),
    /** The server says that its list is another one now. It may not say so: lists are read anew all the same. */
    changed: z.strictObject({ what: z.enum(["tools", "resources", "prompts"]) }),
    /** A line of the server's log or of its stderr. For the local log. */
    log: z.strictObject({ level: z.string().max(20), text: z.string().max(2000) }),
    /** The server is gone; nothing more comes. */
    ended: z.strictObject({ reason: z.string().max(2000) }),
  },
} as const satisfies Contract;

/** MCP session → host: what a server may ask of the people and the model here. */
export const mcpHostContract = {
  methods: {
    /** Shows a form. Declined when nobody is there to be asked. */
    elicit: {
      params: z.strictObject({ message: z.string().max(5000), fields: z.array(formField).max(30) }),
      result: elicitationAnswer,
    },
    /** Has the local model write something. @throws tool.denied unless the policy names this server for it */
    sample: {
      params: z.strictObject({
        system: z.string().nullable(),
        messages: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), text: z.string() })).max(50),
        maxTokens: z.int().positive(),
      }),
      result: z.strictObject({ text: z.string(), model: z.string(), stop: z.enum(["end", "max-tokens"]) }),
    },
  },
  events: {},
} as const satisfies Contract;
