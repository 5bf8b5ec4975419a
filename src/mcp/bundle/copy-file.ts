import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { throwIfCancelled } from "../../shared/errors.ts";
import { unreadable } from "./refuse-bundle.ts";

const blockBytes = 1024 * 1024;

export interface CopyOptions {
  /** The file that is made, or null to read only. It must not be there. */
  readonly to: string | null;
  /** More than this is an error, whatever the file said of its size. */
  readonly maxBytes: number;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads a plain file once: its SHA-256 (hex) and size, and on the way its copy.
 * @throws IndoorsError `file.unreadable`, `cancelled`, and what the file system says
 */
export async function copyFile(from: string, options: CopyOptions): Promise<{ sha256: string; bytes: number }> {
  const source = await open(from, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await source.stat()).isFile()) throw unreadable(from, new Error("it is not a plain file"));
    const hash = createHash("sha256");
    const target = options.to === null ? null : await open(options.to, "wx", 0o600);
    try {
      const bytes = await pump(from, source, hash, target, options);
      return { sha256: hash.digest("hex"), bytes };
    } finally {
      await target?.close();
    }
  } finally {
    await source.close();
  }
}

async function pump(
  from: string,
  source: FileHandle,
  hash: Hash,
  target: FileHandle | null,
  options: CopyOptions,
): Promise<number> {
  const buffer = Buffer.allocUnsafe(blockBytes);
  let bytes = 0;
  for (;;) {
    throwIfCancelled(options.signal);
    const { bytesRead } = await source.read(buffer, 0, blockBytes, bytes);
    if (bytesRead === 0) return bytes;
    bytes += bytesRead;
    if (bytes > options.maxBytes) throw unreadable(from, new Error("it grew meanwhile"));
    const block = buffer.subarray(0, bytesRead);
    hash.update(block);
    if (target !== null) await writeAll(target, block);
    options.onBytes(bytesRead);
  }
}

async function writeAll(target: FileHandle, block: Buffer): Promise<void> {
  for (let at = 0; at < block.length;) at += (await target.write(block, at)).bytesWritten;
}
