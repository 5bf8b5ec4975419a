import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../shared/contract.ts";
import { stdioChannel } from "../shared/stdio-channel.ts";
import { toolContract } from "../shared/tool-contract.ts";
import type { Grant, ToolOutcome } from "../shared/tool.ts";
import { launchTool, type LaunchOptions } from "./launch.ts";
import { rogueTools } from "./testing/rogue-worker.ts";
import { workerCommand } from "./worker-command.ts";

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

function launch(tool: string, args: Record<string, unknown> = {}, more: Partial<LaunchOptions> = {}) {
  faults.length = 0;
  return launchTool({
    call: { id: "1", tool, arguments: args },
    grants,
    today: "2026-11-23",
    broker: { searchTranscripts: () => ({ hits: [] }) },
    signal: new AbortController().signal,
    nodePath: process.execPath,
    onFault: (fault) => faults.push(String(fault)),
    tools: rogueTools,
    entry,
    ...more,
  });
}

/** The same worker, started by hand: what a call comes to without one of the launcher's measures. */
async function withoutLauncher(
  tool: string,
  args: Record<string, unknown>,
  change: { readonly env?: NodeJS.ProcessEnv; readonly dropPermission?: boolean },
): Promise<ToolOutcome> {
  const command = workerCommand({ nodePath: process.execPath, entry, grants, heapMb: 64 });
  const flags = command.args.filter((arg) => !(change.dropPermission && /^--(permission|allow|disallow)/.test(arg)));
  const child = spawn(command.file, flags, { env: change.env ?? command.env, stdio: ["pipe", "pipe", "inherit"] });
  try {
    const client = connect(stdioChannel(child.stdout, child.stdin), toolContract);
    return await client.call("run", { call: { id: "1", tool, arguments: args }, grants, today: "2026-11-23" });
  } finally {
    child.kill("SIGKILL");
  }
}

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("limits", () => {
  it("stops a tool that never yields at its time limit", async () => {
    const began = performance.now();
    const outcome = await launch("spin", {}, { limits: { wallMs: 1500 } });
    expect(outcome).toMatchObject({ ok: false, code: "tool.limit" });
    expect(outcome.text).toContain("took longer than 1.5 s");
    expect(performance.now() - began).toBeLessThan(6000);
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
    expect(isRunning(mine)).toBe(true);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(isRunning(mine)).toBe(false);
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

  it("an empty folder of its own, gone afterwards", async () => {
    const { cwd, pid } = JSON.parse((await launch("show_folder")).text);
    expect(cwd).toContain("indoors-tool-");
    expect(readdirSync(tmpdir())).not.toContain(cwd.split("/").at(-1));
    expect(isRunning(pid)).toBe(false);
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
    ["evaluate", "42"],
  ])("nothing to %s", async (tool, control) => {
    const args = tool === "write" ? { path: join(folder, "new.txt") } : {};
    expect(await withoutLauncher(tool, args, { dropPermission: true })).toMatchObject({ ok: true, text: control });
    expect(await launch(tool, args)).toMatchObject({ ok: false, code: "tool.failed" });
    expect(faults.join()).toMatch(/Use --allow-(fs-write|child-process)|Code generation from strings/);
  });

  it("of the host only what the tool declares", async () => {
    expect(await launch("ask_declared")).toMatchObject({ ok: true, text: "0 hits" });
    expect(await launch("ask_undeclared")).toMatchObject({ ok: false, code: "tool.denied" });
  });
});
