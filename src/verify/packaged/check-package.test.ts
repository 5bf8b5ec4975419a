import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { electronAt, electronHere } from "../../setup/electron.mjs";
import { here } from "../../setup/house.mjs";
import { faultsOfArchive, foreignNatives } from "./check-package.ts";
import { readFuses } from "./fuses.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-package-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first bytes of a Linux program for a machine. */
function elf(machine: number): Buffer {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x7f454c46, 0);
  head.writeUInt16LE(machine, 18);
  return head;
}

describe("the check of a package bites", () => {
  it("on what does not belong into the archive, and on what is missing there", () => {
    const shell = ["/dist/main/main.js", "/dist/preload/preload.cjs", "/dist/renderer/index.html"];
    const fine = ["/package.json", "/dist", "/dist/main", "/dist/preload", "/dist/renderer", ...shell];
    expect(faultsOfArchive(fine)).toEqual([]);
    expect(faultsOfArchive([...fine, "/node_modules/zod/index.js", "/dist/host/host.js"])).toHaveLength(2);
    expect(faultsOfArchive(fine.slice(0, -1))).toEqual(["/dist/renderer/index.html is missing in the archive"]);
  });

  it("on programs for other machines", () => {
    const [own, other] = process.arch === "x64" ? [62, 183] : [183, 62];
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "own.node"), elf(own));
    writeFileSync(join(folder, "bin", "short"), "x");
    expect(foreignNatives(folder)).toEqual([]);
    writeFileSync(join(folder, "bin", "other.node"), elf(other));
    writeFileSync(join(folder, "win.dll"), Buffer.concat([Buffer.from("MZ"), Buffer.alloc(30)]));
    writeFileSync(join(folder, "mac"), Buffer.concat([Buffer.from("cffaedfe", "hex"), Buffer.alloc(30)]));
    expect(foreignNatives(folder).sort()).toEqual([join("bin", "other.node"), "mac", "win.dll"]);
  });

  it.skipIf(electronHere(here) === undefined)("on the fuses of an Electron as it is delivered", async () => {
    const wrong = (await readFuses(electronAt(here).program)).filter(({ isRight }) => !isRight);
    expect(wrong.map(({ name }) => name)).toEqual([
      ...["RunAsNode", "EnableCookieEncryption", "EnableNodeOptionsEnvironmentVariable"],
      ...["EnableNodeCliInspectArguments", "EnableEmbeddedAsarIntegrityValidation", "OnlyLoadAppFromAsar"],
      "GrantFileProtocolExtraPrivileges",
    ]);
  });

  it.skipIf(electronHere(here) === undefined)(
    "that Electron as it is delivered can be had as Node: the smoke test's control",
    () => {
      const env = { ELECTRON_RUN_AS_NODE: "1" };
      const ran = spawnSync(electronAt(here).program, ["-e", "console.log('open' + 'door')"], {
        env,
        encoding: "utf8",
      });
      expect(ran.stdout).toBe("opendoor\n");
    },
  );
});
