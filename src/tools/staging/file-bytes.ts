import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { throwIfCancelled } from "../../shared/errors.ts";
import { binaryKind, decode, type TextFile } from "../text-file.ts";
import { type HeldFolder, openToRead } from "./held-folder.ts";

/** Texts up to here are compared line by line. Decoding and splitting longer ones would hold the host up. */
export const comparedBytes = 1_000_000;
const chunkBytes = 256 * 1024;
const sniffedBytes = 8192;

export interface FileBytes {
  readonly bytes: number;
  readonly sha256: string;
  /** What can be compared, or null when it is not text or too long. */
  readonly text: TextFile | null;
}

/**
 * Reads the file that `expected` describes from beginning to end, and writes it to `copyTo` as it goes.
 * @returns undefined when there is another file of that name by now, or it has changed its size.
 * @throws what the system says, and `cancelled`.
 */
export async function readBytes(
  folder: HeldFolder,
  name: string,
  expected: BigIntStats,
  copyTo?: FileHandle,
  signal?: AbortSignal,
): Promise<FileBytes | undefined> {
  await using file = await openToRead(folder, name);
  if (!isSameFile(await file.stat({ bigint: true }), expected)) return undefined;
  const size = Number(expected.size);
  const kept = new Uint8Array(size <= comparedBytes ? size : 0);
  const hash = createHash("sha256");
  const chunk = new Uint8Array(Math.max(1, Math.min(size, chunkBytes)));
  let bytes = 0;
  for (;;) {
    throwIfCancelled(signal);
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) break;
    const part = chunk.subarray(0, bytesRead);
    if (bytes + bytesRead > size) return undefined;
    if (kept.length > 0) kept.set(part, bytes);
    hash.update(part);
    bytes += bytesRead;
    await copyTo?.writeFile(part);
  }
  if (bytes !== size) return undefined;
  const isText = size <= comparedBytes && binaryKind(kept.subarray(0, sniffedBytes), name) === undefined;
  return { bytes, sha256: hash.digest("hex"), text: isText ? decode(kept) : null };
}

/** True when nothing about the file has changed, as far as the system can tell: any write moves ctime. */
export function isSameFile(now: BigIntStats, then: BigIntStats): boolean {
  const same = (key: "dev" | "ino" | "size" | "mtimeNs" | "ctimeNs" | "mode") => now[key] === then[key];
  return same("dev") && same("ino") && same("size") && same("mtimeNs") && same("ctimeNs") && same("mode");
}
