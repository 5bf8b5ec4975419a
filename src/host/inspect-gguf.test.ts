import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inspectGgufWith } from "./inspect-gguf.ts";

it("ends a header that never ends, and refuses the file", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "indoors-gguf-"));
  try {
    // Counts that fit into the file, and a first entry that is a list of 2^60 numbers: read as zeros, it has no end.
    const bytes = Buffer.alloc(8192);
    bytes.write("GGUF");
    bytes.writeUInt32LE(3, 4);
    bytes.writeBigUInt64LE(1n, 8);
    bytes.writeBigUInt64LE(1n, 16);
    bytes.writeBigUInt64LE(1n, 24);
    bytes.write("k", 32);
    bytes.writeUInt32LE(9, 33);
    bytes.writeUInt32LE(0, 37);
    bytes.writeBigUInt64LE(2n ** 60n, 41);
    const path = join(folder, "endless.gguf");
    await writeFile(path, bytes);
    const log: string[] = [];
    const inspect = inspectGgufWith({
      ...{ nodePath: process.execPath, contextTokens: 512, signal: new AbortController().signal, limitMs: 4000 },
      onLog: (line) => log.push(line),
    });
    await expect(inspect(path)).rejects.toMatchObject({
      code: "model.refused",
      message: expect.stringContaining("endless.gguf was not imported"),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
