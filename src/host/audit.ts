import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import type { AuditEntry, AuditOutcome } from "../shared/audit.ts";
import {
  auditContract,
  type Anchored,
  type AuditExportFormat,
  type AuditQuery,
  type AuditReport,
  type AuditRow,
} from "../shared/audit-contract.ts";
import type { ParamsInput, Result } from "../shared/contract.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { auditWriterEntry } from "../store/audit/entry.ts";
import type { AuditLog } from "./audit-log.ts";
import { EngineProcess } from "./engine-process.ts";

export interface AuditOptions {
  /** The log's own folder, inside the data folder. */
  readonly folder: string;
  readonly appVersion: string;
  readonly nodePath: string;
  readonly onLog: (line: string) => void;
  readonly onNotice: (sentence: string) => void;
}

/** The audit log as the host has it: what the house writes to, and what people ask of it. Reads are rows as well. */
export interface Audit extends AuditLog {
  readonly session: string;
  /** The process that keeps the log, when it runs. For tests. */
  readonly pid: number | undefined;
  list(query: AuditQuery): Promise<AuditRow[]>;
  verify(
    against: { readonly anchorFile: string | null; readonly publicKeyFile: string | null },
    signal?: AbortSignal,
  ): Promise<AuditReport>;
  /** Returns how many rows were written to `file`. */
  exportTo(file: string, format: AuditExportFormat, signal?: AbortSignal): Promise<number>;
  anchor(file: string | null): Promise<Anchored>;
  setAnchorFile(file: string | null): Promise<void>;
  /** Forgets what the hashes of these rows were of. Returns how many had something to forget. */
  eraseContent(rows: readonly number[]): Promise<number>;
  /** Writes the end of the session and a last anchor, and ends the process. */
  dispose(): Promise<void>;
}

/** How often the process is started anew in one session. After that something is wrong that starting cannot mend. */
const restarts = 1;

/** Starts the process that keeps the log, and waits until it is open. */
export async function openAudit(options: AuditOptions): Promise<Audit> {
  const { audit, opened } = startAudit(options);
  await opened;
  return audit;
}

/**
 * Starts the process that keeps the log; its first rows are the outcomes that are missing and the session's start.
 * Nobody has to wait until it is open: what needs a row waits for it. A log that cannot be opened does not keep the host
 * from starting, so that it can say why; nothing that needs a row happens then. `opened` never rejects.
 */
export function startAudit(options: AuditOptions): { readonly audit: Audit; readonly opened: Promise<void> } {
  const { folder, appVersion, nodePath, onLog, onNotice } = options;
  const session = randomUUID();
  const actor = person();
  let crashes = 0;
  const writer = new EngineProcess({
    name: "audit log",
    entry: auditWriterEntry,
    contract: auditContract,
    nodePath,
    onLog,
    onCrash: (sentence) => {
      crashes++;
      onNotice(crashes > restarts ? gaveUp : sentence);
    },
    prepare: async (client) => {
      client.on("warning", ({ text }) => onNotice(text));
      const { rows, interrupted } = await client.call("open", { folder, session, appVersion });
      onLog(`audit log open, session ${session}, ${rows} rows, ${interrupted} marked interrupted`);
    },
  });

  type Methods = keyof (typeof auditContract)["methods"];
  async function call<M extends Methods>(
    method: M,
    params: ParamsInput<typeof auditContract, M>,
    signal?: AbortSignal,
  ): Promise<Result<typeof auditContract, M>> {
    if (crashes > restarts) throw new IndoorsError("audit.unwritable", gaveUp);
    try {
      return await writer.call(method, params, signal);
    } catch (thrown) {
      throw asUnwritable(thrown);
    }
  }

  const opened = writer.start().catch((thrown: unknown) => onNotice(messageOf(asUnwritable(thrown))));

  const audit: Audit = {
    session,
    get pid() {
      return writer.pid;
    },
    intent: (entry: AuditEntry) => call("intent", entry),
    outcome: async (id: string, outcome: AuditOutcome) => void (await call("outcome", { id, outcome })),
    event: async (entry: AuditEntry) => void (await call("event", entry)),
    list: async (query) => (await call("list", { actor, query })).rows,
    verify: ({ anchorFile, publicKeyFile }, signal) =>
      call("verify", { actor, anchorFile: absolute(anchorFile), publicKeyFile: absolute(publicKeyFile) }, signal),
    exportTo: async (file, format, signal) =>
      (await call("export", { actor, format, file: resolve(file) }, signal)).rows,
    anchor: (file) => call("anchor", { actor, file: absolute(file) }),
    setAnchorFile: async (file) => void (await call("setAnchorFile", { actor, file: absolute(file) })),
    eraseContent: async (rows) => (await call("eraseContent", { actor, rows: [...rows] })).erased,
    async dispose() {
      // Where the log could not be opened there is nothing to close, and no reason to start it for that.
      if (writer.pid !== undefined) await call("close", {}).catch((thrown: unknown) => onNotice(messageOf(thrown)));
      await writer.dispose();
    },
  };
  return { audit, opened };
}

/** Who sits at this machine, as far as the operating system knows. */
export function person(): AuditEntry["actor"] {
  try {
    return { kind: "person", name: userInfo().username };
  } catch {
    // A user without an entry in the system's list.
    return { kind: "person", name: `uid ${process.getuid?.() ?? "unknown"}` };
  }
}

const gaveUp =
  "The audit log cannot be written: its process stopped twice. Nothing that must be in it is done. Restart Indoors; if it stops again, look in the local log.";

function asUnwritable(thrown: unknown): unknown {
  if (!(thrown instanceof IndoorsError)) return thrown;
  if (thrown.code === "engine.crashed" || thrown.code === "channel.closed") {
    return new IndoorsError(
      "audit.unwritable",
      "The audit log was not written: its process stopped unexpectedly. What needed the row was not done; try again.",
    );
  }
  if (thrown.code === "internal") {
    return new IndoorsError(
      "audit.unwritable",
      "The audit log was not written: something inside it failed. What needed the row was not done; the local log has more.",
    );
  }
  return thrown;
}

function absolute(file: string | null): string | null {
  return file === null ? null : resolve(file);
}
