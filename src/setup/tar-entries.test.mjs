import { execFileSync } from "node:child_process";
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tarEntries } from "./tar-entries.mjs";

const folder = mkdtempSync(join(tmpdir(), "indoors-tar-"));
const archive = join(folder, "made.tar");
const longPath = `package/${"deep/".repeat(60)}file.txt`;
const large = Buffer.from(Array.from({ length: 300_001 }, (_, index) => index % 251));

beforeAll(() => {
  for (const [path, content] of Object.entries({
    "package/empty": "",
    "package/large.bin": large,
    [longPath]: "far down",
    "package/größe.txt": "ü",
  })) {
    const target = join(folder, path);
    mkdirSync(join(target, ".."), { recursive: true });
    writeFileSync(target, content);
  }
  execFileSync("tar", ["--format=posix", "-cf", archive, "package"], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param {AsyncIterable<Buffer>} chunks */
async function readAll(chunks) {
  /** @type {Record<string, Buffer>} */
  const files = {};
  for await (const entry of tarEntries(chunks)) {
    if (entry.type !== "file") continue;
    const pieces = [];
    for await (const piece of entry.body) pieces.push(piece);
    files[entry.path] = Buffer.concat(pieces);
    expect(files[entry.path]?.length).toBe(entry.size);
  }
  return files;
}

describe("an archive made by tar", () => {
  it("gives every file with its whole path and content, however the chunks fall", async () => {
    for (const highWaterMark of [1000, 512, 70_000]) {
      const files = await readAll(createReadStream(archive, { highWaterMark }));
      expect(Object.keys(files).sort()).toEqual(
        ["package/empty", "package/größe.txt", "package/large.bin", longPath].sort(),
      );
      expect(files["package/large.bin"]?.equals(large)).toBe(true);
      expect(String(files[longPath])).toBe("far down");
      expect(String(files["package/größe.txt"])).toBe("ü");
    }
  });

  it("skips what the reader leaves of a body", async () => {
    const seen = [];
    for await (const entry of tarEntries(createReadStream(archive, { highWaterMark: 4096 }))) {
      if (entry.path.endsWith("large.bin")) {
        const first = await entry.body.next();
        expect(first.done).toBe(false);
      }
      seen.push(entry.path);
    }
    expect(seen).toContain(longPath);
    expect(seen).toContain("package/größe.txt");
  });

  it("says so when it ends too early", async () => {
    const short = join(folder, "short.tar");
    writeFileSync(short, readFileSync(archive));
    truncateSync(short, 200_000);
    await expect(readAll(createReadStream(short))).rejects.toThrow("ends too early");
  });

  it("refuses a header that was changed", async () => {
    const bytes = readFileSync(archive);
    bytes[3] = (bytes[3] ?? 0) ^ 1;
    await expect(readAll(Readable.from([bytes]))).rejects.toThrow("wrong checksum");
  });
});
