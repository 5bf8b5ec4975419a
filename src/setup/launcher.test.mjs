import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { areModulesCurrent } from "./node-modules.mjs";
import { here, houseAt } from "./house.mjs";

/** A checkout of its own: our set-up, a command line of three lines, and links to the real compiler and runtime. */
const house = houseAt(mkdtempSync(join(tmpdir(), "indoors-house-")));
const launcher = join(house.source, "setup", "indoors.mjs");
const main = join(house.source, "cli", "main.ts");
const node20 = oldNode();

beforeAll(() => {
  cpSync(join(here.source, "setup"), join(house.source, "setup"), { recursive: true });
  for (const file of ["package.json", "package-lock.json", "tsconfig.json", "src/tsconfig.build.json"]) {
    cpSync(join(here.root, file), join(house.root, file));
  }
  // What the program itself needs is not installed there, and so it may not ask for it.
  const about = JSON.parse(readFileSync(house.packageFile, "utf8"));
  writeFileSync(house.packageFile, JSON.stringify({ ...about, dependencies: {} }));
  mkdirSync(join(house.modules, "@types"), { recursive: true });
  const runtime = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  for (const name of ["typescript", "@typescript", "@types/node", "undici-types", runtime]) {
    const target = join(here.modules, name);
    if (existsSync(target)) symlinkSync(target, join(house.modules, name), "junction");
  }
  const digest = createHash("sha256");
  for (const path of [house.packageFile, house.lockfile]) digest.update(readFileSync(path)).update("\0");
  writeFileSync(house.modulesStamp, digest.digest("hex"));
  mkdirSync(dirname(main));
  writeFileSync(
    main,
    `import { word } from "../word.ts";
     const [command, code]: string[] = process.argv.slice(2);
     if (command === "wait") { process.on("SIGTERM", () => process.exit(42)); setInterval(() => {}, 1000); }
     console.log(JSON.stringify({ word, args: process.argv.slice(2), napi: process.versions.napi, cwd: process.cwd() }));
     if (command === "exit") process.exitCode = Number(code);`,
  );
  writeFileSync(join(house.source, "word.ts"), `export const word: string = "first";`);
});
afterAll(() => rmSync(house.root, { recursive: true, force: true }));

/** The machine's Node 20, if it has one: what people start us with. */
function oldNode() {
  const candidates = ["/usr/local/bin/node", "/usr/bin/node"].filter((path) => existsSync(path));
  return candidates.find((path) => String(execFileSync(path, ["-v"])).startsWith("v20."));
}

/**
 * @param {readonly string[]} args
 * @param {{ node?: string, script?: string, cwd?: string }} [options]
 */
function launch(args, { node = node20 ?? process.execPath, script = launcher, cwd = tmpdir() } = {}) {
  const { status, stdout, stderr } = spawnSync(node, [script, ...args], { cwd, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("the launcher", () => {
  it("builds what is missing on stderr and leaves stdout to the command", () => {
    expect(areModulesCurrent(house)).toBe(true);
    const first = launch(["ask", "--json", "a b"]);
    expect(first.stderr).toContain("Build: built in");
    expect(JSON.parse(first.stdout)).toMatchObject({ word: "first", args: ["ask", "--json", "a b"] });
    const again = launch(["ask"]);
    expect(again.stderr).toBe("");
    expect(JSON.parse(again.stdout).args).toEqual(["ask"]);
  });

  it("runs the command on a runtime that is new enough, in the caller's folder", () => {
    const { napi, cwd } = JSON.parse(launch([], { cwd: house.source }).stdout);
    expect(Number(napi)).toBeGreaterThanOrEqual(10);
    expect(cwd).toBe(house.source);
  });

  it("ends with the command's exit code", () => {
    expect(launch(["exit", "7"]).status).toBe(7);
    expect(launch(["exit", "0"]).status).toBe(0);
  });

  it.skipIf(process.platform === "win32")("works through a symbolic link", () => {
    const link = join(house.root, "linked");
    symlinkSync(launcher, link);
    expect(launch(["x"], { script: link }).stdout).toContain('"x"');
  });

  it.skipIf(process.platform === "win32")("passes SIGTERM on and ends as the command ends", async () => {
    const child = spawn(node20 ?? process.execPath, [launcher, "wait"], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGTERM");
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(42);
  });

  it("builds again after a change, and takes away what no source makes any more", () => {
    writeFileSync(join(house.source, "word.ts"), `export const word: string = "second one";`);
    writeFileSync(join(house.dist, "gone.js"), "");
    const after = launch([]);
    expect(JSON.parse(after.stdout).word).toBe("second one");
    expect(existsSync(join(house.dist, "gone.js"))).toBe(false);
  });

  it("does not run a broken build, shows the compiler's line, and builds again when it is mended", () => {
    writeFileSync(join(house.source, "word.ts"), `export const word: string = 12;`);
    for (const attempt of [1, 2]) {
      const { status, stdout, stderr } = launch([]);
      expect([attempt, status, stdout]).toEqual([attempt, 1, ""]);
      expect(stderr).toContain("word.ts");
    }
    writeFileSync(join(house.source, "word.ts"), `export const word: string = "third";`);
    expect(JSON.parse(launch([]).stdout).word).toBe("third");
  });

  it("reports without changing anything: setup --check", () => {
    rmSync(house.distStamp);
    mkdirSync(house.models, { recursive: true });
    cpSync(here.manifest, house.manifest);
    const { status, stdout } = launch(["setup", "--check"]);
    expect(status).toBe(1);
    expect(stdout).toContain("Node modules: ready.");
    expect(stdout).toContain("Build: dist is missing, or older than src.");
    expect(stdout).toMatch(/Models: base\.en \(148 MB\): not there/);
    expect(existsSync(house.distStamp)).toBe(false);
    expect(existsSync(join(house.models, ".fetch"))).toBe(false);
  });

  it("refuses options and names it does not know with the ones it does", () => {
    const option = launch(["setup", "--gpu", "abacus"]);
    expect([option.status, option.stderr]).toEqual([1, expect.stringContaining("--gpu cuda")]);
    const name = launch(["models", "fetch", "gpt-9"]);
    expect([name.status, name.stderr]).toEqual([1, expect.stringContaining("base.en, tiny")]);
  });

  it.skipIf(process.getuid?.() !== 0)("works for another user once it is set up", () => {
    launch([]);
    chmodSync(house.root, 0o755);
    const { status, stderr, stdout } = spawnSync(node20 ?? process.execPath, [launcher, "hello"], {
      cwd: "/",
      uid: 65_534,
      gid: 65_534,
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("hello");
  });

  it.skipIf(process.getuid?.() !== 0)("says in one sentence what a user who may not write here can do", () => {
    rmSync(house.distStamp, { force: true });
    const { status, stderr } = spawnSync(node20 ?? process.execPath, [launcher], {
      uid: 65_534,
      gid: 65_534,
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toContain("Check that this user may write in");
    expect(stderr).not.toContain("    at ");
  });
});

describe("set-up on a bare machine", () => {
  it("imports nothing but node: and its own files", () => {
    const files = readdirSync(join(here.source, "setup")).filter((name) => /(?<!\.test)\.mjs$/.test(name));
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const text = readFileSync(join(here.source, "setup", file), "utf8");
      for (const [, from] of text.matchAll(/^(?:import|export)[^;]*?from "([^"]+)";/gms)) {
        expect([file, from]).toEqual([file, expect.stringMatching(/^(node:|\.\/[\w-]+\.mjs$)/)]);
        expect(from).not.toMatch(/node:(https?|net|tls|dgram|http2)/);
      }
    }
  });

  it.skipIf(node20 === undefined)("runs on Node 20, with no node_modules", () => {
    const bare = houseAt(mkdtempSync(join(tmpdir(), "indoors-bare-")));
    cpSync(join(here.source, "setup"), join(bare.source, "setup"), { recursive: true });
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(here.root, file), join(bare.root, file));
    mkdirSync(bare.models);
    cpSync(here.manifest, bare.manifest);
    const { stdout, status, stderr } = launch(["setup", "--check"], {
      script: join(bare.source, "setup", "indoors.mjs"),
    });
    expect([status, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("Node modules: missing");
    expect(stdout).toContain("Runtime: there is no Node 24 here.");
    rmSync(bare.root, { recursive: true });
  });
  if (node20 === undefined) console.warn("skipped: there is no Node 20 on this machine to run set-up on");
});
