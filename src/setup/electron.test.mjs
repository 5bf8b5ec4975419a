import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bringElectron, canStandIn, electronAt, electronHere, officialElectron, unpackElectron } from "./electron.mjs";
import { electronStep } from "./electron-step.mjs";
import { here, houseAt } from "./house.mjs";
import { silence } from "./talk.mjs";

/** @type {import("./house.mjs").House} */
let house;
beforeEach(() => {
  house = houseAt(mkdtempSync(join(tmpdir(), "indoors-electron-")));
  write(house.packageFile, JSON.stringify({ devDependencies: { electron: "43.2.0" } }));
});
afterEach(() => rmSync(house.root, { recursive: true, force: true }));

/**
 * @param {string} path
 * @param {string} text
 */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** What the installer of npm's package electron leaves behind on this platform, as far as we look at it. */
function installOfficial(version = "43.2.0") {
  const dist = join(house.modules, "electron", "dist");
  write(join(dist, "version"), version);
  write(join(dist, electronAt(house).program.slice(electronAt(house).folder.length + 1)), "official");
  write(join(dist, "resources", "default_app.asar"), "");
  write(join(house.modules, "electron", "path.txt"), "electron");
  return dist;
}

describe("Electron of a checkout", () => {
  it("is pinned to the version that package.json names", () => {
    expect(canStandIn(here)).toBe(`${process.platform}-${process.arch}` === "linux-x64");
    write(house.packageFile, JSON.stringify({ devDependencies: { electron: "44.0.0" } }));
    expect(canStandIn(house)).toBe(false);
  });

  it("takes the official binary where it is whole, and starts this checkout with it", async () => {
    const dist = installOfficial();
    expect(officialElectron(house)).toBe(dist);
    expect(electronHere(house)).toBeUndefined();
    expect(await bringElectron(house, silence)).toContain("the official binary");
    expect(electronHere(house)).toBe("official");
    expect(existsSync(join(electronAt(house).resources, "default_app.asar"))).toBe(false);
    expect(await electronStep.lack(house, false)).toBeUndefined();
  });

  it("does not take one that is not whole, or of another version", () => {
    installOfficial("42.0.0");
    expect(officialElectron(house)).toBeUndefined();
    rmSync(join(installOfficial(), "..", "path.txt"));
    expect(officialElectron(house)).toBeUndefined();
  });

  it("is not taken for there when its link leads to another checkout, or it was broken off", async () => {
    installOfficial();
    await bringElectron(house, silence);
    const link = join(electronAt(house).resources, "app");
    rmSync(link);
    symlinkSync(tmpdir(), link, "junction");
    expect(electronHere(house)).toBeUndefined();
    rmSync(link);
    symlinkSync(house.root, link, "junction");
    expect(electronHere(house)).toBe("official");
    rmSync(electronAt(house).mark);
    expect(electronHere(house)).toBeUndefined();
  });

  it("is replaced when the official binary comes after the stand-in", async () => {
    const at = electronAt(house);
    write(at.program, "");
    write(at.mark, JSON.stringify({ from: "stand-in" }));
    mkdirSync(at.resources, { recursive: true });
    symlinkSync(house.root, join(at.resources, "app"), "junction");
    expect(electronHere(house)).toBe("stand-in");
    expect(await electronStep.lack(house, false)).toBeUndefined();
    installOfficial();
    expect(await electronStep.lack(house, false)).toMatchObject({ canMake: true });
    await bringElectron(house, silence);
    expect(electronHere(house)).toBe("official");
  });

  it("says what can be done, and does not try again by itself what failed", async () => {
    const lack = await electronStep.lack(house, false);
    expect(lack?.text).toContain("npx install-electron");
    expect(lack?.canMake).toBe(canStandIn(house));
    write(join(house.state, "electron-failed"), "");
    expect((await electronStep.lack(house, false))?.canMake).toBe(false);
    expect((await electronStep.lack(house, true))?.canMake).toBe(canStandIn(house));
  });
});

describe.skipIf(process.platform === "win32")("the archive of the stand-in", () => {
  /** @param {Record<string, string>} files */
  function archiveOf(files) {
    const folder = join(house.root, "made");
    for (const [path, text] of Object.entries(files)) write(join(folder, path), text);
    const archive = join(house.root, "made.tar.gz");
    execFileSync("tar", ["czf", archive, "-C", folder, "--mode=0640", ...Object.keys(files)]);
    return archive;
  }

  it("is unpacked without the program it came with, readable for everybody", async () => {
    const target = join(house.root, "unpacked");
    mkdirSync(target);
    const files = {
      "app/hvir": "x",
      "app/locales/de.pak": "x",
      "app/resources/app.asar": "foreign",
      "other/file": "x",
    };
    await unpackElectron(archiveOf(files), target);
    expect(existsSync(join(target, "electron"))).toBe(true);
    expect(statSync(join(target, "locales", "de.pak")).mode & 0o777).toBe(0o644);
    expect(statSync(join(target, "locales")).mode & 0o777).toBe(0o755);
    expect(existsSync(join(target, "resources", "app.asar"))).toBe(false);
    expect(existsSync(join(target, "file"))).toBe(false);
  });

  it("is refused when a path leads out", async () => {
    const folder = join(house.root, "evil");
    write(join(folder, "x"), "out");
    const archive = join(house.root, "evil.tar.gz");
    execFileSync("tar", ["czf", archive, "-C", folder, "--transform=s,^x,app/../../x,", "-P", "x"]);
    mkdirSync(join(house.root, "a", "b"), { recursive: true });
    await expect(unpackElectron(archive, join(house.root, "a", "b"))).rejects.toThrow("not a plain file");
    expect(existsSync(join(house.root, "x"))).toBe(false);
  });
});
