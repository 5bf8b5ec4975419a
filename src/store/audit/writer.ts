import { createPublicKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { auditContract } from "../../shared/audit-contract.ts";
import type { AuditEntry } from "../../shared/audit.ts";
import { type Implementation, serve } from "../../shared/contract.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { processChannel } from "../../shared/process-channel.ts";
import { AnchorWriter } from "./anchor-writer.ts";
import { AppendQueue } from "./append-queue.ts";
import { AuditDatabase } from "./audit-database.ts";
import { exportLog } from "./export-log.ts";
import { LogReader } from "./read-log.ts";
import { verifyLog } from "./verify-log.ts";

/** The open log with what belongs to it. */
interface Log {
  readonly database: AuditDatabase;
  readonly queue: AppendQueue;
  readonly anchors: AnchorWriter;
}

const system: AuditEntry["actor"] = { kind: "system", name: "indoors" };
let log: Log | undefined;

// A process of its own: the agent and its tools cannot reach it, and it alone holds the key. It ends when its parent
// is gone; until then a Ctrl+C in the terminal, which reaches every process there, must not take the last rows away.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
const channel = processChannel(process);
channel.onClose(() => {
  log?.queue.flush();
  log?.database.close();
  process.exit(0);
});

function opened(): Log {
  if (log === undefined) throw new IndoorsError("audit.unwritable", "The audit log is not open.");
  return log;
}

function event(action: AuditEntry["action"], actor: AuditEntry["actor"], facts: AuditEntry["facts"]): Promise<string> {
  const [subject] = action.split(".");
  return opened().queue.add({
    phase: "event",
    entry: { action, actor, runId: null, subject: subject ?? action, facts, content: {} },
  });
}

const implementation: Implementation<typeof auditContract> = {
  async open({ folder, session, appVersion }) {
    const database = new AuditDatabase({ folder, session });
    const anchors = new AnchorWriter(database, (text) => server.emit("warning", { text }));
    log = { database, anchors, queue: new AppendQueue(database, (rows) => anchors.added(rows)) };
    await anchors.load();
    const interrupted = database.markInterrupted();
    await event("session.start", system, { appVersion, node: process.versions.node, interrupted });
    return { logId: database.origin.log_id, rows: database.head().seq, interrupted };
  },
  intent: async (entry) => ({ id: await opened().queue.add({ phase: "intent", entry }) }),
  async outcome({ id, outcome }) {
    await opened().queue.add({ phase: "outcome", ref: id, outcome });
    return {};
  },
  async event(entry) {
    await opened().queue.add({ phase: "event", entry });
    return {};
  },
  async list({ actor, query }) {
    const { action, runId, since, limit } = query;
    await event("log.read", actor, {
      ...(action && { action }),
      ...(runId && { runId }),
      ...(since && { since }),
      limit,
    });
    using reader = new LogReader(opened().database.file);
    return { rows: reader.find(query) };
  },
  async verify({ actor, anchorFile, publicKeyFile }, signal) {
    const { database, anchors: writer } = opened();
    const { file, keys } = database;
    // The chosen file is looked at when it is there; the stick may be in a drawer.
    const chosen = writer.file === null ? undefined : await readText(writer.file, signal).catch(() => undefined);
    const anchors = anchorFile === null ? chosen : await readText(anchorFile, signal);
    const publicKey = publicKeyFile === null ? keys.anchorPublic : readKey(await readText(publicKeyFile, signal));
    await event("log.verify", actor, { withAnchor: anchors !== undefined });
    return await verifyLog({ file, key: keys.mac, anchors, publicKey, signal });
  },
  async export({ actor, format, file }, signal) {
    await event("log.export", actor, { format });
    return { rows: await exportLog(opened().database.file, format, file, signal) };
  },
  anchor: ({ actor, file }) => {
    const { queue, anchors } = opened();
    queue.flush();
    return anchors.anchorTo(file, actor, "asked");
  },
  async setAnchorFile({ actor, file }) {
    const entry = { action: "settings.change", actor, runId: null, subject: "audit.anchorFile" } as const;
    const content: Record<string, string> = file === null ? {} : { file };
    await opened().queue.add({ phase: "event", entry: { ...entry, facts: { set: file !== null }, content } });
    await opened().anchors.setFile(file);
    await opened().anchors.write("interval");
    return {};
  },
  async eraseContent({ actor, rows }) {
    const { queue, database } = opened();
    queue.flush();
    return { erased: database.eraseContent(rows, actor) };
  },
  async close() {
    const { database, queue, anchors } = opened();
    await event("session.end", system, {});
    queue.flush();
    await anchors.write("end");
    anchors[Symbol.dispose]();
    log = undefined;
    database.close();
    return {};
  },
};

const server = serve(channel, auditContract, implementation, {
  onFault: (fault, where) => process.stderr.write(`audit log, ${where}: ${describe(fault)}\n`),
});

/** @throws IndoorsError `file.unreadable`, `cancelled` */
async function readText(file: string, signal: AbortSignal): Promise<string> {
  try {
    return await readFile(file, { encoding: "utf8", signal });
  } catch (thrown) {
    if (signal.aborted) throw new IndoorsError("cancelled");
    throw new IndoorsError("file.unreadable", `The log was not checked: ${file}. ${messageOf(thrown)}.`);
  }
}

/** @throws IndoorsError `input.invalid` */
function readKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (thrown) {
    throw new IndoorsError("input.invalid", `The public key cannot be read: ${messageOf(thrown)}. Name anchor.pub.`);
  }
}

function describe(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
