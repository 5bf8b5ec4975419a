import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildWhisperNode } from "./build-whisper-node.mjs";

const entry = new URL("./build-whisper-node.mjs", import.meta.url);
const root = fileURLToPath(new URL("../../", import.meta.url));
const built = existsSync(join(root, "resources/engines/whisper-node/main"));
if (!built)
  console.warn("skipped: whisper-node is not built here (npm run build:whisper-node): its build is not tested");

/** @type {string} */
let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "indoors-build-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("buildWhisperNode", () => {
  it("says that the package is missing", async () => {
    await expect(buildWhisperNode({ root: folder })).rejects.toThrow(
      "Building whisper-node's engine failed: the package whisper-node is not installed. Run npm install first.",
    );
  });

  it("says which tool is missing and how to get it, and leaves nothing", async () => {
    await mkdir(join(folder, "node_modules"));
    await symlink(join(root, "node_modules/whisper-node"), join(folder, "node_modules/whisper-node"));
    const script = `import { buildWhisperNode } from ${JSON.stringify(entry.href)};
      await buildWhisperNode({ root: ${JSON.stringify(folder)} }).catch((error) => console.log(error.message));`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      env: { PATH: folder },
      encoding: "utf8",
    });
    expect(stdout.trim()).toBe(
      "Building whisper-node's engine failed: 'c++' is not on this machine. Install it (Debian: apt-get install g++) and run npm run build:whisper-node again.",
    );
    expect(existsSync(join(folder, "resources"))).toBe(false);
  });

  it.skipIf(!built)("does nothing a second time, and names what it built from", async () => {
    expect(await buildWhisperNode({ root })).toEqual({
      binary: join(root, "resources/engines/whisper-node/main"),
      built: false,
    });
    const info = JSON.parse(await readFile(join(root, "resources/engines/whisper-node/build-info.json"), "utf8"));
    expect(info).toMatchObject({ packageVersion: "1.1.1", whisperCppVersion: "1.5.0" });
    expect(info.flags.join(" ")).not.toContain("native");
  });

  it.skipIf(!built)("makes a program that runs", () => {
    const { stderr, status } = spawnSync(join(root, "resources/engines/whisper-node/main"), ["--help"], {
      encoding: "utf8",
    });
    expect(status).toBe(0);
    expect(stderr).toContain("--output-json-full");
  });
});
