import { pcmBytesPerSample, pcmSampleRate } from "../../src/shared/speech.ts";

const bytesPerSecond = pcmSampleRate * pcmBytesPerSample;
/** What is sent at once at most: the contract allows ten seconds. */
const mostBytes = 10 * bytesPerSecond;

export interface CaptureSenderOptions {
  /** Resolves when the samples are in the file; rejects when none of them are. */
  readonly append: (samples: Uint8Array<ArrayBuffer>) => Promise<unknown>;
  /** How long sound is gathered before it goes, in milliseconds. */
  readonly gatherMs?: number;
  /** How long after a failure it is tried again, in milliseconds. */
  readonly retryMs?: number;
  /** How much sound is kept while nobody takes it, in milliseconds. What comes then is counted as lost. */
  readonly keepMs?: number;
}

/**
 * Brings samples to whoever writes them, in order and each once. While that fails they are kept and tried again; what no
 * longer fits is dropped and counted, never silently.
 */
export class CaptureSender {
  readonly #append: CaptureSenderOptions["append"];
  readonly #gatherMs: number;
  readonly #retryMs: number;
  readonly #keepBytes: number;
  #kept: Uint8Array<ArrayBuffer>[] = [];
  #keptBytes = 0;
  #lostBytes = 0;
  #sentBytes = 0;
  #sending = false;
  #stopped = false;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #drained: (() => void)[] = [];

  constructor({ append, gatherMs = 250, retryMs = 500, keepMs = 60_000 }: CaptureSenderOptions) {
    this.#append = append;
    this.#gatherMs = gatherMs;
    this.#retryMs = retryMs;
    this.#keepBytes = (keepMs / 1000) * bytesPerSecond;
  }

  /** Milliseconds of sound that are in the file. */
  get sentMs(): number {
    return (this.#sentBytes / bytesPerSecond) * 1000;
  }

  /** Milliseconds of sound that wait here. */
  get waitingMs(): number {
    return (this.#keptBytes / bytesPerSecond) * 1000;
  }

  /** Milliseconds of sound that did not fit any more. */
  get lostMs(): number {
    return (this.#lostBytes / bytesPerSecond) * 1000;
  }

  /** The next samples, s16le. */
  push(samples: Uint8Array): void {
    if (samples.length === 0 || this.#stopped) return;
    if (this.#keptBytes + samples.length > this.#keepBytes) {
      this.#lostBytes += samples.length;
      return;
    }
    this.#kept.push(new Uint8Array(samples));
    this.#keptBytes += samples.length;
    if (!this.#sending) this.#gathering ??= setTimeout(() => void this.#send(), this.#gatherMs);
  }

  /** Resolves when nothing waits any more. It tries as long as it takes: `signal` gives up. */
  async drain(signal?: AbortSignal): Promise<void> {
    if (!this.#sending) void this.#send();
    while (this.#keptBytes > 0) {
      signal?.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#drained.push(resolve);
        signal?.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Gives up what waits. */
  dispose(): void {
    this.#stopped = true;
    clearTimeout(this.#gathering);
  }

  async #send(): Promise<void> {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#sending) return;
    this.#sending = true;
    while (this.#keptBytes > 0 && !this.#stopped) {
      const chunk = this.#firstChunk();
      try {
        await this.#append(chunk);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, this.#retryMs));
        continue;
      }
      this.#sentBytes += chunk.length;
      this.#keptBytes -= chunk.length;
      const rest = (this.#kept[0]?.length ?? 0) - chunk.length;
      // The chunk is the first of what is kept, whole or cut: see below.
      this.#kept =
        rest > 0 ? [this.#kept[0]?.subarray(chunk.length) ?? chunk, ...this.#kept.slice(1)] : this.#kept.slice(1);
    }
    this.#sending = false;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** Joins what waits, so that it goes in one message, and gives as much of it as one may hold. */
  #firstChunk(): Uint8Array<ArrayBuffer> {
    if (this.#kept.length > 1) {
      const all = new Uint8Array(this.#keptBytes);
      let at = 0;
      for (const part of this.#kept) {
        all.set(part, at);
        at += part.length;
      }
      this.#kept = [all];
    }
    return (this.#kept[0] ?? new Uint8Array()).subarray(0, mostBytes);
  }
}
