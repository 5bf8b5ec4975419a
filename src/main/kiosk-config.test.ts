import { chmod, mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadKioskConfig } from "./kiosk-config.ts";

let folder: string;
let files: [string, string];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiosk-config-"));
  files = [join(folder, "etc.json"), join(folder, "data.json")];
});
afterEach(async () => await rm(folder, { recursive: true }));

const config = (title: string) =>
  JSON.stringify({
    ...{ version: 1, views: ["chat"], idleSeconds: 60, countdownSeconds: 10, exportFolder: null, title },
    pin: `scrypt$65536$8$1$${"A".repeat(22)}==$${"B".repeat(43)}=`,
  });

describe("loadKioskConfig", () => {
  it("takes the administrator's file before the other", async () => {
    await writeFile(files[1], config("data"));
    expect(loadKioskConfig(files).title).toBe("data");
    await writeFile(files[0], config("etc"));
    expect(loadKioskConfig(files).title).toBe("etc");
  });

  it("does not pass over a wrong one", async () => {
    await writeFile(files[1], config("data"));
    await writeFile(files[0], "{");
    expect(() => loadKioskConfig(files)).toThrow(/etc\.json\. It is not JSON/);
  });

  it("does not pass over one that cannot be read", async () => {
    await writeFile(files[1], config("data"));
    await mkdir(files[0]);
    expect(() => loadKioskConfig(files)).toThrow(/cannot be read \(EISDIR\)/);
  });

  it.skipIf(process.getuid?.() === 0)("does not pass over one that is forbidden", async () => {
    await writeFile(files[1], config("data"));
    await writeFile(files[0], config("etc"));
    await chmod(files[0], 0);
    expect(() => loadKioskConfig(files)).toThrow(/cannot be read \(EACCES\)/);
  });

  it("says what to do when there is none", () => {
    expect(() => loadKioskConfig(files)).toThrow(/etc\.json\. There is no such file/);
  });
});
