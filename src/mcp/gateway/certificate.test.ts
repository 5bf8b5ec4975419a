import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadIdentity } from "./certificate.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "identity-"));
});
afterEach(async () => await rm(folder, { recursive: true }));

describe("loadIdentity", () => {
  it("makes one for its owner alone, and gives the same one again", async () => {
    const inner = join(folder, "perimeter");
    const made = await loadIdentity(inner);
    expect(made.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(join(inner, "identity.pem"))).mode & 0o777).toBe(0o600);
    expect((await stat(inner)).mode & 0o777).toBe(0o700);
    expect(await readdir(inner)).toEqual(["identity.pem"]);
    expect(await loadIdentity(inner)).toEqual(made);
    const { fingerprint256, publicKey } = new X509Certificate(made.certificate);
    expect(fingerprint256.replaceAll(":", "").toLowerCase()).toBe(made.fingerprint);
    expect(publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: "prime256v1" });
  });

  it("makes one only when two begin at once", async () => {
    const [one, two] = await Promise.all([loadIdentity(folder), loadIdentity(folder)]);
    expect(one).toEqual(two);
  });

  it.each([
    ["half a file", (pem: string) => pem.slice(0, pem.length / 2)],
    ["no key", (pem: string) => pem.slice(pem.indexOf("-----BEGIN CERTIFICATE-----"))],
    ["nothing", () => ""],
  ])("does not replace a file with %s", async (_what, damage) => {
    await loadIdentity(folder);
    const file = join(folder, "identity.pem");
    const damaged = damage(await readFile(file, "utf8"));
    await writeFile(file, damaged);
    await expect(loadIdentity(folder)).rejects.toMatchObject({ code: "perimeter.refused" });
    expect(await readFile(file, "utf8")).toBe(damaged);
  });

  it("does not use a key of another certificate", async () => {
    const other = await mkdtemp(join(folder, "other-"));
    const [mine, others] = [await loadIdentity(folder), await loadIdentity(other)];
    await writeFile(join(folder, "identity.pem"), others.key + mine.certificate);
    await expect(loadIdentity(folder)).rejects.toThrow("another certificate");
  });
});
