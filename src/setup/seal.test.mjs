import { spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { findCommand } from "./find-command.mjs";
import { buildSeal, isSealBuilt, whyNoSeal } from "./seal.mjs";

const source = fileURLToPath(new URL("../../resources/sandbox/seal.c", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "indoors-seal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const house = {
  root: folder,
  seal: join(folder, "seal"),
  sealSource: join(folder, "seal.c"),
  sealStamp: join(folder, "seal.stamp"),
};

const canBuild = process.platform === "linux" && findCommand("cc") !== undefined;
if (!canBuild)
  console.warn("skipped: there is no Linux or no cc here: the build of the sandbox's helper is not tested");

describe("the sandbox's helper", () => {
  it("says what it needs", () => {
    expect(whyNoSeal("/nowhere")).toBe("needs a C compiler (cc)");
  });

  it.skipIf(!canBuild)("is built once for each state of its source, and runs", { timeout: 60_000 }, async () => {
    copyFileSync(source, house.sealSource);
    expect(isSealBuilt(house)).toBe(false);
    expect(await buildSeal(house)).toMatch(/^compiled in /);
    expect(isSealBuilt(house)).toBe(true);
    expect(spawnSync(house.seal, [], { encoding: "utf8" }).stderr).toContain("seal is a part of Indoors");
    appendFileSync(house.sealSource, "\n");
    expect(isSealBuilt(house)).toBe(false);
  });

  it.skipIf(!canBuild)("says what the compiler said, and leaves nothing that passes for built", async () => {
    writeFileSync(house.sealSource, "int main(void) { return nothing; }\n");
    await expect(buildSeal(house)).rejects.toThrow(/the agent has no tools[^]*nothing/);
    expect(isSealBuilt(house)).toBe(false);
    expect(existsSync(`${house.seal}.part`)).toBe(false);
  });
});
