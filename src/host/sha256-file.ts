import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { throwIfCancelled } from "../shared/errors.ts";

export interface HashOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes hashed so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** The sha256 of a file in lower-case hex, read in pieces. Rejects with the file system's error, or `cancelled`. */
export async function sha256File(path: string, options: HashOptions = {}): Promise<string> {
  const hash = createHash("sha256");
  let done = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    throwIfCancelled(options.signal);
    hash.update(piece as Buffer);
    done += (piece as Buffer).length;
    options.onProgress?.(done);
  }
  return hash.digest("hex");
}
