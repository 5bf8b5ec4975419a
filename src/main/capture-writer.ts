import { constants } from "node:fs";
import { type FileHandle, open, statfs } from "node:fs/promises";
import { IndoorsError, messageOf } from "../shared/errors.ts";

export interface CaptureFile {
  readonly path: string;
  /** What stands before the samples. */
  readonly headerBytes: number;
}

interface OpenCapture {
  readonly file: FileHandle;
  readonly path: string;
  position: number;
  /** Whether anything was written since the last flush to the disk. */
  dirty: boolean;
  /** The end of what is under way: writes and flushes of one file never overlap. */
  last: Promise<unknown>;
}

/** 16 kHz mono s16le: ten seconds. */
const longestAppend = 10 * 16_000 * 2;
const flushMs = 1000;
/** So much stays free: a disk that is full to the brim harms more than this recording. About half an hour of sound. */
const keepFreeBytes = 64 * 1024 * 1024;

/**
 * Writes the samples of recordings that are being made to the files that the host made for them. When `append` answers,
 * the samples are in the file, where a killed program leaves them; at most a second later they are on the disk.
 */
export class CaptureWriter {
  readonly #captures = new Map<string, OpenCapture>();
  readonly #opening = new Set<string>();
  readonly #flusher: NodeJS.Timeout;

  constructor() {
    this.#flusher = setInterval(() => {
      for (const capture of this.#captures.values()) void inTurn(capture, () => flush(capture)).catch(() => {});
    }, flushMs);
    this.#flusher.unref();
  }

  /** The ids of the recordings that are being made. */
  active(): string[] {
    return [...this.#captures.keys()];
  }

  /**
   * Opens the file of a capture, to go on at its end.
   * @throws IndoorsError `input.invalid` when it is open already or the disk is nearly full; `file.unreadable`
   */
  async open(id: string, { path, headerBytes }: CaptureFile): Promise<void> {
    if (this.#captures.has(id) || this.#opening.has(id)) {
      throw new IndoorsError("input.invalid", `The recording ${id} is being made already.`);
    }
    this.#opening.add(id);
    try {
      const { bavail, bsize } = await statfs(path);
      if (bavail * bsize < keepFreeBytes) throw diskFull(path);
      const file = await open(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0));
      const { size } = await file.stat();
      // An odd byte is half a sample that a power cut left.
      const position = headerBytes + Math.max(0, Math.floor((size - headerBytes) / 2) * 2);
      this.#captures.set(id, { file, path, position, dirty: false, last: Promise.resolve() });
    } catch (error) {
      if (error instanceof IndoorsError) throw error;
      throw new IndoorsError("file.unreadable", `The recording cannot be written: ${path}. ${messageOf(error)}`);
    } finally {
      this.#opening.delete(id);
    }
  }

  /**
   * Puts samples at the end of the file. Returns its length.
   * @throws IndoorsError `not-found` when this capture is not open here; `input.invalid` when these are no samples, or the
   * disk is full: what was written before stays, and the recording can go on when there is room
   */
  async append(id: string, samples: Uint8Array): Promise<number> {
    const capture = this.#captures.get(id);
    if (capture === undefined) throw new IndoorsError("not-found", `No recording ${id} is being made.`);
    if (samples.byteLength % 2 !== 0 || samples.byteLength > longestAppend) {
      throw new IndoorsError("input.invalid", "These are not up to ten seconds of 16-bit samples.");
    }
    return await inTurn(capture, async () => {
      try {
        let written = 0;
        while (written < samples.byteLength) {
          const { bytesWritten } = await capture.file.write(
            samples,
            written,
            samples.byteLength - written,
            capture.position + written,
          );
          written += bytesWritten;
        }
        capture.position += written;
        capture.dirty = true;
        return capture.position;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") throw diskFull(capture.path);
        throw new IndoorsError(
          "file.unreadable",
          `The recording cannot be written: ${capture.path}. ${messageOf(error)}`,
        );
      }
    });
  }

  /** Ends one: its samples are on the disk. Nothing happens when it is not open. */
  async close(id: string): Promise<void> {
    const capture = this.#captures.get(id);
    if (capture === undefined) return;
    this.#captures.delete(id);
    await inTurn(capture, async () => {
      try {
        await flush(capture);
      } finally {
        await capture.file.close();
      }
    });
  }

  /** Ends all of them. */
  async dispose(): Promise<void> {
    clearInterval(this.#flusher);
    await Promise.allSettled(this.active().map((id) => this.close(id)));
  }
}

function inTurn<T>(capture: OpenCapture, act: () => Promise<T>): Promise<T> {
  const turn = capture.last.then(act, act);
  capture.last = turn.catch(() => {});
  return turn;
}

async function flush(capture: OpenCapture): Promise<void> {
  if (!capture.dirty) return;
  capture.dirty = false;
  await capture.file.datasync();
}

function diskFull(path: string): IndoorsError {
  return new IndoorsError(
    "input.invalid",
    `The recording cannot go on: ${path}. The disk is full. Make room on it; what was recorded until now is kept.`,
  );
}
