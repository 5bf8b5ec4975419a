import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { installCuda, unpack } from "./cuda.mjs";
import { houseAt } from "./house.mjs";
import { silence } from "./talk.mjs";

const folder = mkdtempSync(join(tmpdir(), "indoors-cuda-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the CUDA build", () => {
  it("unpacks a package with its folders and modes", async () => {
    mkdirSync(join(folder, "package", "bins"), { recursive: true });
    writeFileSync(join(folder, "package", "package.json"), "{}");
    writeFileSync(join(folder, "package", "bins", "program"), "code", { mode: 0o755 });
    execFileSync("tar", ["-czf", "good.tgz", "package"], { cwd: folder });
    await unpack(join(folder, "good.tgz"), join(folder, "good"));
    expect(readFileSync(join(folder, "good", "bins", "program"), "utf8")).toBe("code");
    if (process.platform !== "win32")
      expect(statSync(join(folder, "good", "bins", "program")).mode & 0o100).toBe(0o100);
  });

  it("refuses a path that leads out of the folder, and a link", async () => {
    execFileSync("tar", ["-czf", "out.tgz", "--transform", "s,package.json,../../escaped,", "package/package.json"], {
      cwd: folder,
    });
    await expect(unpack(join(folder, "out.tgz"), join(folder, "a", "..", "out"))).rejects.toThrow("escaped");
    expect(existsSync(join(folder, "escaped"))).toBe(false);
    execFileSync("ln", ["-s", "/etc/hostname", join(folder, "package", "link")]);
    execFileSync("tar", ["-czf", "link.tgz", "package/link"], { cwd: folder });
    await expect(unpack(join(folder, "link.tgz"), join(folder, "link"))).rejects.toThrow("not a plain file");
  });

  it("refuses another node-llama-cpp than the one it is pinned for", async () => {
    const house = houseAt(join(folder, "house"));
    mkdirSync(join(house.modules, "node-llama-cpp"), { recursive: true });
    writeFileSync(
      join(house.modules, "node-llama-cpp", "package.json"),
      JSON.stringify({ name: "node-llama-cpp", version: "3.0.0" }),
    );
    await expect(installCuda(house, silence)).rejects.toThrow(/3\.0\.0|no pinned CUDA build/);
  });
});
