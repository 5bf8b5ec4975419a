import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { here } from "./house.mjs";
import { withDependencies } from "./installed-packages.mjs";
import { licencesOf } from "./licences.mjs";
import { isShipped, stagedPackages } from "./staged-packages.mjs";

const folder = mkdtempSync(join(tmpdir(), "indoors-staged-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const modules = join(folder, "node_modules");
const dist = join(folder, "dist");

/**
 * @param {string} path below node_modules
 * @param {Record<string, unknown>} about
 */
function install(path, about = {}) {
  write(
    join(modules, path, "package.json"),
    JSON.stringify({ name: path, version: "1.0.0", license: "MIT", ...about }),
  );
}

/**
 * @param {string} path
 * @param {string} text
 */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const foreign = process.platform === "linux" ? "win32-x64" : "linux-arm64";
install("a", { dependencies: { b: "1" }, optionalDependencies: { [`a-${foreign}`]: "1", absent: "1", gone: "1" } });
install("b", { dependencies: { c: "1" } });
install("b/node_modules/c", { version: "2.0.0" });
install("c");
install("screen-only");
install(`a-${foreign}`);
install("absent", { name: "absent-package" });
install("whisper-node");
write(join(dist, "host", "host.js"), `import { a } from "a/deep"; const x = "whisper-node";`);
write(join(dist, "renderer", "index.js"), `import "screen-only";`);

describe("what is packaged of node_modules", () => {
  it("is what files of the host name, with all that needs in turn, for this machine", () => {
    const dependencies = ["a", "c", "screen-only", "whisper-node"];
    const found = stagedPackages({ dist, modules, dependencies }).map((entry) =>
      entry.folder.slice(modules.length + 1),
    );
    expect(found).toEqual(["a", "b", join("b", "node_modules", "c")]);
  });

  it("fails for a package that is needed and not there", () => {
    install("needy", { dependencies: { nowhere: "1" } });
    expect(() => withDependencies(modules, ["needy"])).toThrow("nowhere is not installed");
  });

  it("leaves out what is for other machines, for compilers and for readers, and never a licence", () => {
    const linux = { platform: "linux", arch: "x64" };
    /** @type {readonly (readonly [string, string, boolean])[]} */
    const cases = [
      ["better-sqlite3", "prebuilds/linux-x64.node", true],
      ["better-sqlite3", "prebuilds/linuxmusl-x64.node", false],
      ["better-sqlite3", "deps/sqlite3.c", false],
      ["onnxruntime-node", "bin/napi-v6/linux/x64/libonnxruntime.so.1", true],
      ["onnxruntime-node", "bin/napi-v6/darwin/arm64/libonnxruntime.dylib", false],
      ["tesseract.js-core", "tesseract-core-simd-lstm.wasm", true],
      ["tesseract.js-core", "tesseract-core-relaxedsimd-lstm.wasm", false],
      ["node-llama-cpp", "llama/gitRelease.bundle", false],
      ["yaml", "dist/doc/directives.js", true],
      ["yaml", "docs/index.js", false],
      ["yaml", "index.d.ts", false],
      ["yaml", "docs/LICENSE.md", true],
    ];
    for (const [name, path, isIn] of cases)
      expect([name, path, isShipped(name, path, linux)]).toEqual([name, path, isIn]);
  });
});

describe("this checkout", () => {
  it("packages every library that its host and workers import", () => {
    const { dependencies } = JSON.parse(readFileSync(here.packageFile, "utf8"));
    const names = Object.keys(dependencies);
    const hostFolders = ["agent", "cli", "engines", "host", "shared", "speech", "store", "tools"];
    const imported = new Set();
    for (const name of hostFolders) {
      for (const entry of readdirSync(join(here.source, name), { withFileTypes: true, recursive: true })) {
        if (!entry.isFile() || !/(?<!\.test|\.d)\.ts$/.test(entry.name) || entry.parentPath.includes("testing"))
          continue;
        const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
        for (const [, from] of text.matchAll(/(?:\bfrom|import\(|\)\()\s*"([^."][^"]*)"/g)) {
          const owner = names.find((known) => from === known || from?.startsWith(`${known}/`));
          if (owner !== undefined) imported.add(owner);
        }
      }
    }
    expect(imported.size).toBeGreaterThan(10);
    if (!existsSync(here.commandLine)) return console.warn("skipped: dist is not built here");
    const staged = new Set(
      stagedPackages({ dist: here.dist, modules: here.modules, dependencies: names }).map(({ name }) => name),
    );
    expect([...imported].filter((name) => !staged.has(name))).toEqual([]);
    for (const name of ["react", "lucide-react", "mediabunny", "whisper-node"]) expect(staged).not.toContain(name);
  });

  it("lists the licence of everything that ships, with its words", () => {
    const licences = licencesOf(here);
    expect(
      licences.filter(({ text, licence }) => text.length < 40 || licence === "none").map(({ name }) => name),
    ).toEqual([]);
    const names = licences.map(({ name }) => name);
    for (const name of ["react", "better-sqlite3", "Electron", "Node.js", "@fontsource-variable/inter"]) {
      expect(names).toContain(name);
    }
    expect(names).not.toContain("vitest");
  });
});
