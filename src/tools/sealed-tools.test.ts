import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Image } from "../shared/image.ts";
import type { Grant } from "../shared/tool.ts";
import { toolsFor } from "./registry.ts";
import { sandboxLimitsOf } from "./sandbox-limits.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { plainSandbox } from "./testing/plain-sandbox.ts";
import { realSandbox } from "./testing/real-sandbox.ts";
import { rogueTools } from "./testing/rogue-worker.ts";
import { openToolLauncher, type ToolLauncherOptions } from "./tool-launcher.ts";
import { workerCommand } from "./worker-command.ts";
import { ToolWorker } from "./worker-process.ts";
import { isAlive } from "./sandbox/is-alive.ts";

/** Tools in the real sandbox. Each attempt is also made without it, where it must succeed. */
const real = await realSandbox();
const plain = plainSandbox();
const ifSealed = it.skipIf(real === null);
const sealed = real as Sandbox;
const entry = new URL("./testing/rogue-worker.ts", import.meta.url);
const weights = { ocr: null };
const nodePath = process.execPath;
const broker = { searchTranscripts: () => ({ hits: [] }) };
const folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-sealed-test-")));
const faults: string[] = [];
const onFault = (fault: unknown) => faults.push(String(fault));
let granted = "";
let grants: Grant[] = [];

beforeEach(() => {
  faults.length = 0;
  granted = mkdtempSync(join(folder, "granted-"));
  writeFileSync(join(granted, "a.txt"), "inside");
  grants = [{ name: "docs", path: granted, mode: "rw" }];
});
afterAll(async () => {
  await real?.dispose();
  await plain.dispose();
  rmSync(folder, { recursive: true });
});

/** A worker without Node's permission model, so that what stops it is the sandbox. */
async function unbelted(sandbox: Sandbox, seen: readonly Grant[], tool: string, args: Record<string, unknown>) {
  const command = workerCommand({ nodePath, entry, way: "warm", grants: seen, heapMb: 64, weights, codeFolder: null });
  const bare = command.args.filter((arg) => !/^--(permission|allow|disallow)/.test(arg));
  const limits = { wallMs: 20_000, heapMb: 64, outputCharacters: 100_000 };
  const started = { ...command, args: bare, limits: sandboxLimitsOf(limits, 0) };
  const worker = await ToolWorker.start(sandbox, started, onFault);
  try {
    await worker.ready;
    const call = { id: "1", tool, arguments: args };
    const signal = new AbortController().signal;
    return await worker.call({ call, grants: seen, today: "2026-11-23", weights, broker, limits, signal });
  } finally {
    await worker.dispose();
  }
}

async function launch(
  tool: string,
  args: Record<string, unknown>,
  options: Partial<ToolLauncherOptions> & { readonly signal?: AbortSignal } = {},
) {
  const { signal = new AbortController().signal, ...more } = options;
  const launcher = openToolLauncher({
    sandbox: sealed,
    nodePath,
    weights,
    onFault,
    poolSize: 0,
    stagingFolder: folder,
    ...more,
  });
  try {
    const call = { id: "1", tool, arguments: args };
    return await launcher.launch({ call, grants, today: "2026-11-23", broker, signal });
  } finally {
    await launcher.dispose();
  }
}

describe("a waiting worker", () => {
  ifSealed("reads the folder it was started for, and no other", async () => {
    const other = mkdtempSync(join(folder, "other-"));
    writeFileSync(join(other, "b.txt"), "other");
    const path = join(other, "b.txt");
    expect(await unbelted(plain, grants, "read", { path })).toMatchObject({ ok: true, text: "other" });
    await expect(unbelted(sealed, grants, "read", { path })).rejects.toMatchObject({ code: "tool.failed" });
    expect(faults.join()).toContain("ENOENT");
    expect(await unbelted(sealed, grants, "read", { path: join(granted, "a.txt") })).toMatchObject({ text: "inside" });
  });

  it("dies with its host", async () => {
    // A host of its own, killed while a worker waits. Its sandbox is the plain one: nothing but the worker sees to it.
    const script = join(folder, "host.ts");
    const url = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
    writeFileSync(
      script,
      `const { openToolLauncher } = await import(${url("./tool-launcher.ts")});
       const { plainSandbox } = await import(${url("./testing/plain-sandbox.ts")});
       const sandbox = plainSandbox();
       const launcher = openToolLauncher({ sandbox, nodePath: process.execPath, weights: { ocr: null }, onFault() {}, poolSize: 1 });
       launcher.prepare([{ name: "docs", path: ${JSON.stringify(granted)}, mode: "ro" }]);
       while (sandbox.started.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
       await launcher.settled();
       console.log(sandbox.started[0]);
       setInterval(() => {}, 1000);`,
    );
    const host = spawn(nodePath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    const pid = await new Promise<number>((resolve) => host.stdout.on("data", (text) => resolve(Number(text))));
    expect(isAlive(pid)).toBe(true);
    host.kill("SIGKILL");
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

describe("grants that can be written", () => {
  const rogue = { tools: rogueTools, entry };

  ifSealed("are read-only for a tool that only reads", async () => {
    const path = join(granted, "new.txt");
    const seen = grants.map((grant) => ({ ...grant, mode: "ro" }) as const);
    expect(await unbelted(plain, seen, "write", { path })).toMatchObject({ ok: true });
    rmSync(path);
    await expect(unbelted(sealed, seen, "write", { path })).rejects.toMatchObject({ code: "tool.failed" });
    expect(faults.join()).toContain("EROFS");
    expect(await launch("write", { path }, rogue)).toMatchObject({ outcome: { ok: false }, staged: null });
    expect(faults.join()).toContain("Use --allow-fs-write");
    expect(existsSync(path)).toBe(false);
  });

  ifSealed("stay as they are until what is staged is committed", async () => {
    const path = join(granted, "new.txt");
    const { outcome, staged, facts } = await launch("write_staged", { path }, rogue);
    expect(outcome).toMatchObject({ ok: true, text: "written" });
    expect(facts).toMatchObject({ level: "A", launcher: "bubblewrap", limit: null });
    expect(staged?.list).toMatchObject([{ path: "docs/new.txt", kind: "created", bytesAfter: 7, refused: null }]);
    expect(existsSync(path)).toBe(false);
    await staged?.commit();
    expect(readFileSync(path, "utf8")).toBe("written");
  });

  ifSealed("stay as they are when it is discarded, and when the tool fails", async () => {
    const { staged } = await launch("write_staged", { path: join(granted, "a.txt") }, rogue);
    expect(staged?.list).toMatchObject([{ kind: "modified" }]);
    await staged?.discard();
    const failed = await launch("write_and_fail", { path: join(granted, "new.txt") }, rogue);
    expect(failed).toMatchObject({ outcome: { ok: false, code: "tool.failed" }, staged: null });
    expect(readdirSync(granted)).toEqual(["a.txt"]);
    expect(readFileSync(join(granted, "a.txt"), "utf8")).toBe("inside");
  });
});

const limits = {
  ...{ wallMs: 30_000, cpuSeconds: 30, memoryMb: 1024, processes: 64, fileMb: 16, writtenMb: 16 },
  outputBytes: 100_000,
};
const node: Image = {
  name: "node",
  description: "",
  language: "javascript",
  interpreter: "bundled-node",
  arguments: ["--input-type=module", "-"],
  readOnly: [],
  limits,
};
const shell: Image = { ...node, name: "sh", language: "sh", interpreter: "/bin/sh", arguments: ["-s"] };

describe("run_script", () => {
  const script = (code: string, options: Parameters<typeof launch>[2] & { image?: Partial<Image> } = {}) => {
    const { image, ...more } = options;
    const tools = toolsFor([{ ...node, ...image }, shell]);
    return launch("run_script", { language: "javascript", code }, { tools, ...more });
  };

  it("is offered where there is an image, in the languages of the images", () => {
    expect(toolsFor([]).map(({ spec }) => spec.name)).not.toContain("run_script");
    const { spec } = toolsFor([node, shell]).at(-1)!;
    expect(spec).toMatchObject({ name: "run_script", effect: "run", needs: ["grants"] });
    expect(spec.arguments["language"]).toMatchObject({ values: ["javascript", "sh"] });
  });

  ifSealed("says what it printed, on which stream, and how it ended", async () => {
    const { outcome, facts } = await script("console.log(6 * 7); console.error('\\x1b[31mred'); process.exit(3)");
    expect(outcome).toMatchObject({ ok: true, truncated: false, data: { exitCode: 3, stdout: "42\n" } });
    expect(outcome.text).toBe("The script failed: it ended with exit code 3.\nstdout:\n42\nstderr:\n␛[31mred");
    expect(facts).toMatchObject({ image: "node", exitCode: 3, level: "A", warm: false });
    expect(facts.outputBytes).toBe(3 + 9);
  });

  ifSealed("runs the languages that the administrator lists", async () => {
    const { outcome } = await launch(
      "run_script",
      { language: "sh", code: "cat a.txt; echo; echo $((6 * 7))" },
      { tools: toolsFor([node, shell]) },
    );
    expect(outcome.text).toBe("The script ran.\nstdout:\ninside\n42");
  });

  ifSealed("learns where the grants are, begins in the first, and its changes are staged", async () => {
    const { outcome, staged } = await script(
      `import { readFileSync, writeFileSync } from "node:fs";
       const { docs } = JSON.parse(process.env.INDOORS_GRANTS);
       writeFileSync("out.txt", readFileSync(docs + "/a.txt", "utf8").toUpperCase());`,
    );
    expect(outcome.text).toBe("The script ran.\nIt printed nothing.");
    expect(readdirSync(granted)).toEqual(["a.txt"]);
    expect(staged?.list).toMatchObject([{ path: "docs/out.txt", kind: "created" }]);
    await staged?.commit();
    expect(readFileSync(join(granted, "out.txt"), "utf8")).toBe("INSIDE");
  });

  ifSealed("changes nothing when it fails", async () => {
    const { outcome, staged } = await script(
      `(await import("node:fs")).writeFileSync("out.txt", "half"); process.exit(1);`,
    );
    expect(outcome).toMatchObject({ ok: true, data: { exitCode: 1 } });
    expect(staged).toBeNull();
    expect(readdirSync(granted)).toEqual(["a.txt"]);
  });

  ifSealed("sees no environment of the host", async () => {
    process.env["INDOORS_TEST_SECRET"] = "hunter2";
    const { outcome } = await script("console.log(Object.keys(process.env).sort().join())");
    expect(outcome.text).toMatch(/stdout:\nHOME,INDOORS_GRANTS,LANG,PATH,(PWD,)?TZ$/);
  });

  ifSealed("reaches no network", async () => {
    // Nothing listens there: an answer of the network is the refusal to connect.
    const code = `const { connect } = await import(["node", "net"].join(":"));
      connect(9, "127.0.0.1").on("error", ({ code }) => console.log(code)).on("connect", () => console.log("connected"));`;
    expect((await script(code, { sandbox: plain })).outcome.text).toMatch(/ECONNREFUSED|connected/);
    expect((await script(code)).outcome.text).toMatch(/EPERM|EACCES|ENETUNREACH|EAFNOSUPPORT/);
  });

  ifSealed("reads nothing outside the grants", async () => {
    writeFileSync(join(folder, "outside.txt"), "outside");
    const code = `console.log((await import("node:fs")).readFileSync(${JSON.stringify(join(folder, "outside.txt"))}, "utf8"))`;
    expect((await script(code, { sandbox: plain })).outcome.text).toContain("stdout:\noutside");
    expect((await script(code)).outcome.text).toContain("ENOENT");
  });

  ifSealed("is stopped at its limits, and says which", async () => {
    const spin = await script("for (;;);", { image: { limits: { ...limits, wallMs: 700 } } });
    expect(spin).toMatchObject({
      outcome: { ok: false, code: "tool.limit" },
      facts: { limit: "wallMs" },
      staged: null,
    });
    const flood = await script(
      `const { writeSync } = await import("node:fs"); for (;;) writeSync(1, "x".repeat(1000))`,
    );
    expect(flood).toMatchObject({ outcome: { ok: false, code: "tool.limit" }, facts: { limit: "outputBytes" } });
    const small = { arguments: ["--max-old-space-size=32", ...node.arguments] };
    const greedy = await script("const held = []; for (;;) held.push({ at: held.length })", { image: small });
    expect(greedy).toMatchObject({ outcome: { ok: false, code: "tool.limit" }, facts: { limit: "memoryMb" } });
  });

  ifSealed("is cancelled", async () => {
    const controller = new AbortController();
    const running = script("setInterval(() => {}, 1000)", { signal: controller.signal });
    setTimeout(() => controller.abort(), 200);
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
  });

  ifSealed("shows the beginning and the end of a long output", async () => {
    const { outcome } = await script("for (let i = 0; i < 9000; i++) console.log(i)");
    expect(outcome).toMatchObject({ ok: true, truncated: true });
    expect(outcome.text).toMatch(/stdout:\n0\n1\n2\n[^]*\[… \d+ characters …\][^]*\n8999$/);
    expect(outcome.text.length).toBeLessThan(5000);
  });

  it("is refused for a language without an image", async () => {
    const { outcome } = await launch(
      "run_script",
      { language: "cobol", code: "x" },
      { tools: toolsFor([node]), sandbox: plain },
    );
    expect(outcome).toMatchObject({ ok: false, code: "input.invalid" });
  });
});
