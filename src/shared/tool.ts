import { z } from "zod";

/**
 * What an argument *is*. The agent loop turns it into what may be said in this turn (paths that exist, words that
 * were said); the worker checks the same type again before the tool runs.
 */
export const argumentSpec = z.discriminatedUnion("kind", [
  /**
   * A path inside a grant, as the model sees it: `<grant name>/<path>`, always with forward slashes. `endings` are those
   * of the files that the tool is for, such as .csv: others are not offered.
   */
  z.strictObject({
    kind: z.literal("path"),
    of: z.enum(["file", "folder", "any"]),
    endings: z.array(z.string()).readonly().optional(),
  }),
  /** Words the user said, or words that stand in a result of this run. */
  z.strictObject({ kind: z.literal("span") }),
  /** The id of a recording. */
  z.strictObject({ kind: z.literal("recording") }),
  /** The name of a column of a table file. */
  z.strictObject({ kind: z.literal("column") }),
  z.strictObject({ kind: z.literal("choice"), values: z.array(z.string()).min(1) }),
  z.strictObject({
    kind: z.literal("number"),
    integer: z.boolean().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
  }),
  z.strictObject({ kind: z.literal("boolean") }),
  /** A calendar day, ISO 8601: 2026-11-23. */
  z.strictObject({ kind: z.literal("date") }),
  z.strictObject({ kind: z.literal("text"), maxLength: z.int().positive() }),
  z.strictObject({ kind: z.literal("list"), of: z.enum(["span", "number", "text"]) }),
  /** Anything else that a server's JSON Schema describes. The session checks it against that schema before it is sent. */
  z.strictObject({ kind: z.literal("json"), schema: z.record(z.string(), z.unknown()) }),
]);
export type ArgumentSpec = z.infer<typeof argumentSpec>;

export const toolArgument = z.intersection(
  argumentSpec,
  z.object({ description: z.string(), optional: z.boolean().optional() }),
);
export type ToolArgument = ArgumentSpec & { readonly description: string; readonly optional?: boolean | undefined };

/**
 * What a tool may ask of the host while it runs. Anything it does not declare is refused. `server`: it is a tool of an
 * MCP server; `agents`: it hands the question over.
 */
export const toolNeed = z.enum(["grants", "transcripts", "server", "agents"]);
export type ToolNeed = z.infer<typeof toolNeed>;

/** A tool as the agent sees it. `effect` drives the policy: reading is one thing, writing or running another. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly arguments: Readonly<Record<string, ToolArgument>>;
  readonly needs: readonly ToolNeed[];
  readonly effect: "read" | "write" | "run";
  /** Of a tool of an MCP server: which one, and the folders that server may reach. A call touches all of these. */
  readonly server?: ToolServer | undefined;
}

/** Whose tool it is. `kind` and `fingerprint` (what a person approved, hex) are for the audit log. */
export interface ToolServer {
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly kind?: string | undefined;
  readonly fingerprint?: string | undefined;
}

/** A folder the user opened to this run. The model sees `name`, never the path. */
export const grant = z.strictObject({
  name: z.string().min(1).max(80),
  path: z.string().min(1),
  mode: z.enum(["ro", "rw"]),
});
export type Grant = z.infer<typeof grant>;

export const toolCall = z.strictObject({
  id: z.string(),
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
});
export type ToolCall = z.infer<typeof toolCall>;

/** What a call came to. `text` is what the model reads; `data` is what a screen shows. Expected failures are results. */
export const toolOutcome = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), text: z.string(), data: z.unknown().optional(), truncated: z.boolean() }),
  z.strictObject({ ok: z.literal(false), code: z.string(), text: z.string() }),
]);
export type ToolOutcome = z.infer<typeof toolOutcome>;

/** A place in a transcript that answers a search. Times are milliseconds from the start of the recording. */
export const transcriptHit = z.strictObject({
  recordingId: z.string(),
  recordingName: z.string(),
  transcriptId: z.string(),
  segmentId: z.int(),
  startMs: z.number(),
  endMs: z.number(),
  text: z.string(),
});
export type TranscriptHit = z.infer<typeof transcriptHit>;
