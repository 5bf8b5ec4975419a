import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../shared/contract.ts";
import { stdioChannel } from "../shared/stdio-channel.ts";
import { toolContract } from "../shared/tool-contract.ts";
import type { Grant, ToolOutcome } from "../shared/tool.ts";
import { plainSandbox } from "./testing/plain-sandbox.ts";
import { rogueTools } from "./testing/rogue-worker.ts";
import { openToolLauncher, type ToolLauncherOptions, type ToolRequest } from "./tool-launcher.ts";
import { workerCommand } from "./worker-command.ts";
import { isAlive } from "./sandbox/is-alive.ts";

/**
 * The launcher on its own: there is no sandbox under it here, so what is stopped is stopped by the launcher. What the
 * sandbox stops is in sealed-tools.test.ts.
 */
const entry = new URL("./testing/rogue-worker.ts", import.meta.url);
let folder = "";
let grants: Grant[] = [];
const faults: string[] = [];

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-launch-test-")));
  grants = [{ name: "docs", path: folder, mode: "ro" }];
  writeFileSync(join(folder, "a.txt"), "inside");
});
afterAll(() => rmSync(folder, { recursive: true }));

type More = Partial<ToolRequest> & Partial<Pick<ToolLauncherOptions, "nodePath">>;

async function launchFully(tool: string, args: Record<string, unknown> = {}, { nodePath, ...more }: More = {}) {
  faults.length = 0;
  const launcher = openToolLauncher({
    sandbox: plainSandbox(),
    nodePath: nodePath ?? process.execPath,
    weights: { ocr: null },
    onFault: (fault) => faults.push(String(fault)),
    poolSize: 0,
    tools: rogueTools,
    entry,
  });
  try {
    return await launcher.launch({
      call: { id: "1", tool, arguments: args },
      grants,
      today: "2026-11-23",
      broker: { searchTranscripts: () => ({ hits: [] }) },
      signal: new AbortController().signal,
      ...more,
    });
  } finally {
    await launcher.dispose();
  }
}

const launch = async (...request: Parameters<typeof launchFully>): Promise<ToolOutcome> =>
  (await launchFully(...request)).outcome;

/** The same worker, started by hand: what a call comes to without one of the launcher's measures. */
async function withoutLauncher(
  tool: string,
  args: Record<string, unknown>,
  change: { readonly env?: NodeJS.ProcessEnv; readonly dropPermission?: boolean },
): Promise<ToolOutcome> {
  const weights = { ocr: null };
  const nodePath = process.execPath;
  const command = workerCommand({ nodePath, entry, way: "cold", grants, heapMb: 64, weights, codeFolder: null });
  const flags = command.args.filter((arg) => !(change.dropPermission && /^--(permission|allow|disallow)/.test(arg)));
  const child = spawn(command.file, flags, { env: change.env ?? command.env, stdio: ["pipe", "pipe", "inherit"] });
  try {
    const client = connect(stdioChannel(child.stdout, child.stdin), toolContract);
    const call = { id: "1", tool, arguments: args };
    return await client.call("run", { call, grants, today: "2026-11-23", weights });
  } finally {
    child.kill("SIGKILL");
  }
}

describe("limits", () => {
  it("stops a tool that never yields at its time limit", async () => {
    const { outcome, facts } = await launchFully("spin", {}, { limits: { wallMs: 1500 } });
    expect(facts).toMatchObject({ limit: "wallMs", warm: false, level: "D", exitCode: null });
    expect(outcome).toMatchObject({ ok: false, code: "tool.limit" });
    expect(outcome.text).toContain("took longer than 1.5 s");
  });

  it.each(["flood", "answer_too_much"])("stops a tool that writes too much: %s", async (tool) => {
    const outcome = await launch(tool);
    expect(outcome, faults.join()).toMatchObject({ ok: false, code: "tool.limit" });
    expect(outcome.text).toContain("wrote more than 200000 characters");
  });

  it("stops a tool that needs too much memory, and says so", async () => {
    const outcome = await launch("allocate");
    expect(outcome).toMatchObject({ ok: false, code: "tool.limit" });
    expect(outcome.text).toContain("64 MB of memory");
  });
});

describe("cancel", () => {
  it.each(["spin", "wait"])("rejects with `cancelled`, the worker dead: %s", async (tool) => {
    const controller = new AbortController();
    const started = Promise.withResolvers<number>();
    const broker = {
      searchTranscripts({ query }: { query: string }) {
        started.resolve(Number(query));
        return { hits: [] };
      },
    };
    const running = launch(tool, {}, { signal: controller.signal, broker });
    const mine = await started.promise;
    expect(isAlive(mine)).toBe(true);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(isAlive(mine)).toBe(false);
  });

  it("starts nothing when it was cancelled before", async () => {
    await expect(launch("wait", {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("what the worker answers", () => {
  it("is not disturbed by what a tool prints, nor forged by it", async () => {
    expect(await launch("make_noise")).toMatchObject({ ok: true, text: "quiet" });
  });

  it("is an outcome when the worker ends without an answer, and the log says how", async () => {
    const outcome = await launch("exit");
    expect(outcome).toMatchObject({ ok: false, code: "tool.failed" });
    expect(faults.join()).toContain("exit code 0");
  });

  it("does not let the words of a bug out, except into the log", async () => {
    const outcome = await launch("throw");
    expect(outcome).toMatchObject({ ok: false, code: "tool.failed" });
    expect(outcome.text).not.toContain("secret of the bug");
    expect(faults.join()).toContain("secret of the bug");
  });

  it("is refused when it has the wrong shape", async () => {
    expect(await launch("answer_nonsense")).toMatchObject({ ok: false, code: "tool.failed" });
  });

  it("is neutralised, names and data too", async () => {
    expect(await launch("answer_escapes")).toEqual({
      ok: true,
      text: "␛]0;owned␇\ufffdfdp",
      data: { "␛[31m": ["\ufffd2J"] },
      truncated: false,
    });
  });

  it("is an outcome for an unknown tool and for wrong arguments", async () => {
    expect(await launch("constructor")).toMatchObject({ ok: false, code: "not-found" });
    const outcome = await launch("read", { path: 1, also: 2 });
    expect(outcome).toMatchObject({ ok: false, code: "input.invalid" });
    expect(outcome.text).toContain("path must be text");
  });

  it("is an outcome when the runtime or a granted folder is not there", async () => {
    expect(await launch("read", {}, { nodePath: "/nowhere/node" })).toMatchObject({ ok: false, code: "tool.failed" });
    const gone = [{ name: "gone", path: join(folder, "gone"), mode: "ro" }] as const;
    const outcome = await launch("read", {}, { grants: gone });
    expect(outcome).toMatchObject({ ok: false, code: "file.unreadable" });
    expect(outcome.text).toContain("'gone' cannot be read.");
  });
});

describe("what the worker can reach", () => {
  it("no environment", async () => {
    process.env["INDOORS_TEST_SECRET"] = "hunter2";
    const control = await withoutLauncher("show_environment", {}, { env: process.env });
    expect(control.text).toContain("hunter2");
    const outcome = await launch("show_environment");
    expect(Object.keys(JSON.parse(outcome.text)).filter((name) => !["TZ", "SystemRoot"].includes(name))).toEqual([]);
  });

  it("files of the grant and no others", async () => {
    expect(await launch("read", { path: join(folder, "a.txt") })).toMatchObject({ ok: true, text: "inside" });
    const outside = join(realpathSync(tmpdir()), `${folder.split("/").at(-1)}-outside.txt`);
    writeFileSync(outside, "outside");
    try {
      const control = await withoutLauncher("read", { path: outside }, { dropPermission: true });
      expect(control).toMatchObject({ ok: true, text: "outside" });
      expect(await launch("read", { path: outside })).toMatchObject({ ok: false, code: "tool.failed" });
      expect(faults.join()).toContain("Use --allow-fs-read");
      // Node's permission model follows links: this is why the tools check paths themselves (grant-path.test.ts).
      symlinkSync(outside, join(folder, "link.txt"));
      expect(await launch("read", { path: join(folder, "link.txt") })).toMatchObject({ ok: true, text: "outside" });
    } finally {
      rmSync(outside);
    }
  });

  it.each([
    ["write", "written"],
    ["run", "42\n"],
  ])("nothing to %s", async (tool, control) => {
    const args = tool === "write" ? { path: join(folder, "new.txt") } : {};
    expect(await withoutLauncher(tool, args, { dropPermission: true })).toMatchObject({ ok: true, text: control });
    expect(await launch(tool, args)).toMatchObject({ ok: false, code: "tool.failed" });
    expect(faults.join()).toMatch(/Use --allow-(fs-write|child-process)/);
  });

  it("nothing to make code of a string", async () => {
    // The control is in refuse-eval.test.ts.
    expect(await launch("evaluate")).toMatchObject({ ok: false, code: "tool.failed" });
    expect(faults.join()).toContain("Code generation from strings");
  });

  it("of the host only what the tool declares", async () => {
    expect(await launch("ask_declared")).toMatchObject({ ok: true, text: "0 hits" });
    expect(await launch("ask_undeclared")).toMatchObject({ ok: false, code: "tool.denied" });
  });
});

describe("workers that wait", () => {
  it("take a call each, and only for the grants they were started for", async () => {
    const other = mkdtempSync(join(folder, "other-"));
    const launcher = openToolLauncher({
      sandbox: plainSandbox({ probedAt: new Date().toISOString() }),
      nodePath: process.execPath,
      weights: { ocr: null },
      onFault: (fault) => faults.push(String(fault)),
      poolSize: 1,
      tools: rogueTools,
      entry,
    });
    const call = async (path: string) => {
      const { outcome, facts } = await launcher.launch({
        call: { id: "1", tool: "show_folder", arguments: {} },
        grants: [{ name: "docs", path, mode: "ro" }],
        today: "2026-11-23",
        broker: { searchTranscripts: () => ({ hits: [] }) },
        signal: new AbortController().signal,
      });
      await launcher.settled();
      return { warm: facts.warm, pid: (JSON.parse(outcome.text) as { pid: number }).pid };
    };
    try {
      const calls = [await call(folder), await call(folder), await call(other), await call(folder)];
      expect(calls.map(({ warm }) => warm)).toEqual([false, true, false, true]);
      expect(new Set(calls.map(({ pid }) => pid)).size).toBe(4);
      expect(calls.filter(({ pid }) => isAlive(pid))).toEqual([]);
    } finally {
      await launcher.dispose();
    }
  });
});
