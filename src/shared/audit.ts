import { z } from "zod";

/** Everything that is worth a row. The list is closed. */
export const auditAction = z.enum([
  "tool.call",
  "tool.refused",
  "changes.write",
  "approval",
  "run.start",
  "model.load",
  "model.import",
  "model.remove",
  "recording.add",
  "recording.remove",
  "export",
  "settings.change",
  "policy.change",
  "server.add",
  "server.change",
  "server.remove",
  "server.start",
  /** A person approved or refused tools of a server as they are described now. */
  "server.review",
  /** A server described a tool otherwise than it was approved. */
  "server.changed",
  "server.sampling",
  "server.form",
  "perimeter.change",
  "perimeter.cross",
  "connector.enrol",
  "connector.revoke",
  "agent.change",
  "run.handover",
  "sandbox.probe",
  "log.read",
  "log.verify",
  "log.export",
  "log.anchor",
  "log.erase",
  "session.start",
  "session.end",
]);
export type AuditAction = z.infer<typeof auditAction>;

export const auditActor = z.strictObject({ kind: z.enum(["person", "agent", "system"]), name: z.string() });

/**
 * What the host tells the audit log. `facts` are stored as they are and must hold no content: names of tools, verdicts,
 * levels, sizes, durations. `content` is what must not be stored: only a salted hash of each value is.
 */
export const auditEntry = z.strictObject({
  action: auditAction,
  actor: auditActor,
  runId: z.string().nullable(),
  /** A tool, a model, a setting by name; an id; never content. */
  subject: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  content: z.record(z.string(), z.string()),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** How something that was begun has ended. `interrupted` is written at the next start for what never said. */
export const auditOutcome = z.strictObject({
  result: z.enum(["ok", "failed", "refused", "cancelled", "interrupted"]),
  facts: auditEntry.shape.facts,
  content: auditEntry.shape.content,
});
export type AuditOutcome = z.infer<typeof auditOutcome>;
