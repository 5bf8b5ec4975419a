import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../shared/audit.ts";
import { IndoorsError } from "../shared/errors.ts";
import { type Audit, type AuditOptions, openAudit } from "./audit.ts";
import { audited } from "./audited.ts";

const everything = { action: null, runId: null, since: null, limit: 1000 };
const entry: AuditEntry = {
  action: "tool.call",
  actor: { kind: "agent", name: "assistant" },
  runId: "run-1",
  subject: "write_file",
  facts: { level: "A" },
  content: { arguments: "the words of a letter" },
};
const ok = { result: "ok", facts: {}, content: {} } as const;

let folder: string;
let open: Audit[] = [];
let notices: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "indoors-audit-"));
  notices = [];
});
afterEach(async () => {
  await Promise.all(open.map((audit) => audit.dispose()));
  open = [];
  rmSync(folder, { recursive: true, force: true });
});

async function start(change: Partial<AuditOptions> = {}): Promise<Audit> {
  const audit = await openAudit({
    folder: join(folder, "audit"),
    appVersion: "0",
    nodePath: process.execPath,
    onLog: () => {},
    onNotice: (sentence) => notices.push(sentence),
    ...change,
  });
  open.push(audit);
  return audit;
}

const kinds = async (audit: Audit) =>
  (await audit.list(everything)).map(({ action, phase, facts }) => [action, phase, facts["result"]]);

describe("the log and its process", () => {
  it("writes intents, outcomes and events in order, and the session around them; reads are rows as well", async () => {
    const first = await start();
    const { id } = await first.intent(entry);
    await first.outcome(id, ok);
    await first.event({ ...entry, action: "tool.refused" });
    await first.dispose();
    const second = await start();
    expect(await kinds(second)).toEqual([
      ["session.start", "event", undefined],
      ["tool.call", "intent", undefined],
      ["tool.call", "outcome", "ok"],
      ["tool.refused", "event", undefined],
      ["session.end", "event", undefined],
      ["session.start", "event", undefined],
      ["log.read", "event", undefined],
    ]);
    expect(await second.verify({ anchorFile: null, publicKeyFile: null })).toMatchObject({ intact: true, rows: 8 });
    await second.exportTo(join(folder, "log.ndjson"), "ndjson");
    expect(readFileSync(join(folder, "log.ndjson"), "utf8")).not.toContain("letter");
    const actions = (await kinds(second)).map(([action]) => action);
    expect(actions.slice(-3)).toEqual(["log.verify", "log.export", "log.read"]);
  });

  it("hundreds of rows at once are all there, each with its own id", async () => {
    const audit = await start();
    const ids = await Promise.all(Array.from({ length: 300 }, () => audit.intent(entry)));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(300);
    await Promise.all(ids.map(({ id }) => audit.outcome(id, ok)));
    const report = await audit.verify({ anchorFile: null, publicKeyFile: null });
    expect(report).toMatchObject({ intact: true, rows: 602, openIntents: 0 });
  });

  it("Ctrl+C in the terminal reaches every process there, and takes no row away", async () => {
    const audit = await start();
    for (const signal of ["SIGINT", "SIGTERM"]) process.kill(audit.pid as number, signal);
    await audit.event(entry);
    expect(notices).toEqual([]);
  });

  it("an anchor is signed, added to a file, and holds against the log; the chosen file gets one at the end", async () => {
    const audit = await start();
    const file = join(folder, "stick.txt");
    expect((await audit.anchor(null)).writtenTo).toBeNull();
    expect((await audit.anchor(file)).text).toContain("INDOORS AUDIT ANCHOR");
    await audit.setAnchorFile(file);
    await audit.event(entry);
    await audit.dispose();
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines).toHaveLength(3);
    const again = await start();
    expect(await again.verify({ anchorFile: file, publicKeyFile: null })).toMatchObject({ intact: true, anchors: 3 });
    await expect(again.verify({ anchorFile: join(folder, "none"), publicKeyFile: null })).rejects.toMatchObject({
      code: "file.unreadable",
    });
    await expect(again.anchor(join(folder, "gone", "x"))).rejects.toMatchObject({ code: "file.unreadable" });
  });
});

describe("kill -9", () => {
  it("the writer between intent and outcome: it starts again and the outcome is written", async () => {
    const audit = await start();
    const { id } = await audit.intent(entry);
    process.kill(audit.pid as number, "SIGKILL");
    await expect.poll(() => notices).toHaveLength(1);
    await audit.outcome(id, ok);
    expect((await kinds(audit)).filter(([action]) => action === "tool.call")).toEqual([
      ["tool.call", "intent", undefined],
      ["tool.call", "outcome", "ok"],
    ]);
  });

  it("what waits for a writer that is killed is refused, and nothing is done without its row", async () => {
    const audit = await start();
    process.kill(audit.pid as number, "SIGSTOP");
    let done = false;
    const work = audited(audit, entry, async () => void (done = true));
    process.kill(audit.pid as number, "SIGKILL");
    await expect(work).rejects.toMatchObject({ code: "audit.unwritable" });
    expect(done).toBe(false);
  });

  it("twice is too often: then everything is refused until the next start", async () => {
    const audit = await start();
    for (const crash of [1, 2]) {
      await audit.event(entry);
      process.kill(audit.pid as number, "SIGKILL");
      await expect.poll(() => notices).toHaveLength(crash);
    }
    await expect(audit.intent(entry)).rejects.toMatchObject({ code: "audit.unwritable" });
    expect(notices[1]).toMatch(/stopped twice/);
    expect(audit.pid).toBeUndefined();
  });

  it("the writer, with nobody to send the outcome: at the next start the row is interrupted", async () => {
    const audit = await start();
    await audit.intent(entry);
    process.kill(audit.pid as number, "SIGKILL");
    await expect.poll(() => notices).toHaveLength(1);
    await audit.dispose();
    const next = await start();
    expect((await kinds(next)).filter(([action]) => action === "tool.call")).toEqual([
      ["tool.call", "intent", undefined],
      ["tool.call", "outcome", "interrupted"],
    ]);
  });
});

describe("a log that cannot be written", () => {
  it("a disk that takes no more: the call is refused with what to do, and nothing runs", async () => {
    // The real thing, without a full disk: the process may not make its files any longer than this.
    const limited = join(folder, "node");
    writeFileSync(limited, `#!/bin/sh\nulimit -f 400\nexec "${process.execPath}" "$@"\n`);
    chmodSync(limited, 0o755);
    const audit = await start({ nodePath: limited });
    let ran = 0;
    const call = () => audited(audit, entry, async () => void ran++);
    let refused: unknown;
    for (let n = 0; n < 3000; n++) {
      refused = await call().catch((thrown: unknown) => thrown);
      if (refused !== undefined) break;
    }
    expect(refused).toMatchObject({
      code: "audit.unwritable",
      message: expect.stringMatching(/disk.*try again/) as string,
    });
    const before = ran;
    await expect(call()).rejects.toMatchObject({ code: "audit.unwritable" });
    expect(ran).toBe(before);
  });

  it("one that cannot be opened lets the host start, says why, and refuses everything", async () => {
    const first = await start();
    await first.dispose();
    rmSync(join(folder, "audit", "audit.key"));
    const audit = await start();
    expect(notices.join()).toMatch(/keys cannot be used.*backup/s);
    await expect(audit.intent(entry)).rejects.toMatchObject({ code: "audit.unwritable" });
  });
});

describe("audited", () => {
  it("no intent, no work; the outcome says how it ended; what failed is what the caller hears", async () => {
    const rows: string[] = [];
    const log = {
      intent: async () => ({ id: "1" }),
      outcome: async (_id: string, { result, facts }: { result: string; facts: AuditEntry["facts"] }) =>
        void rows.push(`${result} ${JSON.stringify(facts)}`),
      event: async () => {},
    };
    expect(
      await audited(
        log,
        entry,
        async () => 7,
        (n) => ({ n }),
      ),
    ).toBe(7);
    await expect(audited(log, entry, () => Promise.reject(new IndoorsError("cancelled")))).rejects.toThrow();
    await expect(audited(log, entry, () => Promise.reject(new Error("a bug")))).rejects.toThrow("a bug");
    expect(rows).toEqual(['ok {"n":7}', 'cancelled {"code":"cancelled"}', 'failed {"code":"internal"}']);
    const broken = { ...log, intent: () => Promise.reject(new IndoorsError("audit.unwritable")) };
    let done = false;
    await expect(audited(broken, entry, async () => void (done = true))).rejects.toThrow();
    expect(done).toBe(false);
  });
});
