import { z } from "zod";
import { auditAction, auditActor, auditEntry, auditOutcome } from "./audit.ts";
import type { Contract } from "./contract.ts";

/**
 * A row of the audit log as it is shown. `content` holds salted hashes, never the content. The words are those of the
 * file: a log that was changed, or that a newer Indoors wrote, can be shown as well.
 */
export const auditRow = z.strictObject({
  seq: z.int(),
  id: z.string(),
  /** UTC, ISO 8601. */
  time: z.string(),
  /** Milliseconds of a clock nobody can set; comparable between rows of the same `boot`. */
  mono: z.int(),
  boot: z.string(),
  session: z.string(),
  actor: z.strictObject({ kind: z.string(), name: z.string() }),
  action: z.string(),
  /** `intent` before it happens, `outcome` when it has ended, `event` for what needs no outcome. */
  phase: z.string(),
  /** Of an outcome: the id of its intent. */
  ref: z.string().nullable(),
  runId: z.string().nullable(),
  subject: z.string(),
  facts: auditEntry.shape.facts,
  content: z.record(z.string(), z.string()),
  digest: z.string(),
});
export type AuditRow = z.infer<typeof auditRow>;

/** What is wrong with a log. Each of them means: somebody changed it. */
export const auditFindingKind = z.enum([
  /** The file is not an audit log, or is too damaged to be read. */
  "unreadable",
  /** A number is missing, doubled or out of order. */
  "sequence",
  /** The row, or the one before it, is not what was written. */
  "digest",
  /** The row was not written by the holder of the key. */
  "mac",
  /** A salt was changed, or is there without its row. */
  "salt",
  /** A salt is gone and no row says that it was erased. */
  "salt-gone",
  /** An anchor names a row that is not there: the end was cut off, or an older copy was put in place. */
  "truncated",
  /** An anchor names another head for its row: the log was written anew. */
  "rewritten",
  /** An anchor is of another log. */
  "other-log",
  /** An anchor that cannot be read or whose signature is not of the key given. */
  "anchor",
]);
export const auditWarningKind = z.enum([
  "clock-back",
  "clock-set",
  "triggers-missing",
  "mac-unchecked",
  "unanchored",
  "signature-unchecked",
]);

const remark = <K extends z.ZodType>(kind: K) => z.strictObject({ kind, seq: z.int().nullable(), detail: z.string() });
export const auditFinding = remark(auditFindingKind);
export const auditWarning = remark(auditWarningKind);
export type AuditFinding = z.infer<typeof auditFinding>;
export type AuditWarning = z.infer<typeof auditWarning>;

/** What a check of the log found. `findings` and `warnings` hold the first of each; the counts are of all. */
export const auditReport = z.strictObject({
  intact: z.boolean(),
  logId: z.string().nullable(),
  rows: z.int(),
  head: z.string().nullable(),
  firstTime: z.string().nullable(),
  lastTime: z.string().nullable(),
  findings: z.array(auditFinding),
  findingCount: z.int(),
  warnings: z.array(auditWarning),
  warningCount: z.int(),
  macChecked: z.boolean(),
  anchors: z.int(),
  /** The last row that an anchor vouches for. */
  anchoredTo: z.int().nullable(),
  /** Rows whose content was erased on purpose. */
  erased: z.int(),
  /** Intents without an outcome: under way, or interrupted and not yet marked. */
  openIntents: z.int(),
});
export type AuditReport = z.infer<typeof auditReport>;

/** A signed statement about the log at one moment. It protects when it is kept where the machine cannot change it. */
export const auditAnchor = z.strictObject({
  version: z.literal(1),
  logId: z.string(),
  seq: z.int(),
  /** The digest of row `seq`, in hex. */
  head: z.string(),
  rows: z.int(),
  time: z.string(),
  /** SHA-256 of the machine's name, the first 16 hex digits. */
  device: z.string(),
  /** Ed25519, base64. */
  signature: z.string(),
});
export type AuditAnchor = z.infer<typeof auditAnchor>;

export const auditExportFormat = z.enum(["csv", "ndjson", "html"]);
export type AuditExportFormat = z.infer<typeof auditExportFormat>;

export const auditQuery = z.strictObject({
  action: auditAction.nullable(),
  runId: z.string().nullable(),
  /** Rows from this moment on, ISO 8601. */
  since: z.string().nullable(),
  /** The newest of them. */
  limit: z.int().min(1).max(10_000),
});
export type AuditQuery = z.infer<typeof auditQuery>;

const empty = z.strictObject({});
const actor = auditActor;
export const anchored = z.strictObject({
  anchor: auditAnchor,
  /** The same for a printer. */
  text: z.string(),
  /** The file it was added to, or null. */
  writtenTo: z.string().nullable(),
});
export type Anchored = z.infer<typeof anchored>;

/** What the process that keeps the log offers the host, and nobody else. A result means: it is on disk. */
export const auditContract = {
  methods: {
    /** Opens or makes the log, marks what never ended as interrupted. Comes first, and again after a restart. */
    open: {
      params: z.strictObject({ folder: z.string(), session: z.string(), appVersion: z.string() }),
      result: z.strictObject({ logId: z.string(), rows: z.int(), interrupted: z.int() }),
    },
    intent: { params: auditEntry, result: z.strictObject({ id: z.string() }) },
    outcome: { params: z.strictObject({ id: z.string(), outcome: auditOutcome }), result: empty },
    event: { params: auditEntry, result: empty },
    list: {
      params: z.strictObject({ actor, query: auditQuery }),
      result: z.strictObject({ rows: z.array(auditRow) }),
    },
    /** Against the anchors of a file, or of the chosen one; with null for the key, by the key beside the log. */
    verify: {
      params: z.strictObject({ actor, anchorFile: z.string().nullable(), publicKeyFile: z.string().nullable() }),
      result: auditReport,
    },
    export: {
      params: z.strictObject({ actor, format: auditExportFormat, file: z.string() }),
      result: z.strictObject({ rows: z.int() }),
    },
    anchor: { params: z.strictObject({ actor, file: z.string().nullable() }), result: anchored },
    /** Where anchors are written at intervals and at the end; null: nowhere. */
    setAnchorFile: { params: z.strictObject({ actor, file: z.string().nullable() }), result: empty },
    /** Forgets the salts of these rows: their hashes say nothing any more, the chain stays whole. */
    eraseContent: {
      params: z.strictObject({ actor, rows: z.array(z.int()).min(1) }),
      result: z.strictObject({ erased: z.int() }),
    },
    /** Writes the end of the session and a last anchor. */
    close: { params: empty, result: empty },
  },
  events: {
    /** A sentence people must see: an anchor could not be written. */
    warning: z.strictObject({ text: z.string() }),
  },
} as const satisfies Contract;
