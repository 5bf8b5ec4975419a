import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { CaptureView } from "../shared/capture.ts";
import type { Result } from "../shared/contract.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { hostContract } from "../shared/host-contract.ts";
import type { Recording } from "../store/recordings.ts";
import {
  beginSound,
  type CaptureFile,
  captureName,
  endSound,
  headerBytes,
  readCapture,
  recordingFileName,
  soundDurationMs,
  soundPath,
  type TranscribeSettings,
  writeCapture,
} from "./capture-files.ts";

export interface CapturesOptions {
  /** Where recordings lie while they are made, a folder each, and where they go. */
  readonly capturesFolder: string;
  readonly recordingsFolder: string;
  /** Adds what has become a file to the library, or finds it there. */
  readonly addRecording: (file: { path: string; name: string; durationMs: number }) => Promise<Recording>;
  /** Queues it, which takes no time to speak of: an engine that was never measured is measured by the job. */
  readonly transcribe: (recording: Recording, settings: TranscribeSettings) => Promise<Queued>;
  /** Begins to write down what is said. Returns the function that ends it. */
  readonly listen: (capture: { id: string; path: string; model: string | null; language: string }) => () => void;
  readonly onChange: () => void;
  readonly onNotice: (sentence: string) => void;
  readonly onLog: (line: string) => void;
}

interface Queued {
  readonly jobId: string;
  readonly transcriptId: string;
}

/** Less sound than this is nobody's recording, milliseconds. */
const worthKeepingMs = 500;
/** What is taken for a capture of which only the sound is left. */
const unknown = { name: null, model: null, language: "auto", live: false, kept: null } as const;
/** So long after its start a capture may be without sound and not yet be known to the shell. */
const slowStartMs = 60_000;

/**
 * Recordings that are being made. The shell appends samples to a file that is made here; nothing is in memory only, so
 * whatever dies, what was said is on disk. Each step from there to a recording can be taken again.
 */
export class Captures {
  readonly #options: CapturesOptions;
  /** Those that are being written, and how to stop listening to them. */
  readonly #active = new Map<string, () => void>();
  /** The last thing that is done to a capture, by its id. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #naming: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(options: CapturesOptions) {
    this.#options = options;
  }

  start(request: { name: string | null; live: boolean; model: string | null; language: string }): Promise<CaptureView> {
    const id = randomUUID();
    return this.#inTurn(id, async () => {
      const folder = this.#folder(id);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await beginSound(soundPath(folder));
      const { model, language, live } = request;
      const name = request.name?.trim() || null;
      const capture = { name, startedAt: new Date().toISOString(), model, language, live, kept: null };
      await writeCapture(folder, capture);
      this.#attend(id, capture);
      this.#options.onChange();
      return { id, name: captureName(capture), startedAt: capture.startedAt, durationMs: 0, state: "recording" };
    });
  }

  /** All that are in the folder, the oldest first. */
  async list(): Promise<CaptureView[]> {
    const views: CaptureView[] = [];
    for (const id of await this.#ids()) {
      const capture = await readCapture(this.#folder(id));
      const durationMs = await soundDurationMs(soundPath(this.#folder(id)));
      if (capture === null || durationMs === null) continue;
      const state = this.#active.has(id) ? "recording" : "interrupted";
      views.push({ id, name: captureName(capture), startedAt: capture.startedAt, durationMs, state });
    }
    return views.toSorted((one, other) => one.startedAt.localeCompare(other.startedAt));
  }

  /** Where the samples of a capture go that is being made. @throws IndoorsError `not-found` */
  file(id: string): { path: string; headerBytes: number } {
    if (!this.#active.has(id)) throw missing(id);
    return { path: soundPath(this.#folder(id)), headerBytes };
  }

  /**
   * Makes a recording of it. Nothing writes to its file any more. A transcription that cannot be queued is a notice:
   * the recording is kept all the same.
   * @throws IndoorsError `not-found`; `input.invalid` when it has no sound: then it stays, to be discarded or gone on with.
   */
  finish(id: string, transcribe: TranscribeSettings | null): Promise<Result<typeof hostContract, "captures.finish">> {
    return this.#inTurn(id, async () => {
      const capture = await this.#read(id);
      if (!((await soundDurationMs(soundPath(this.#folder(id)))) ?? 0) && capture.kept === null) {
        throw new IndoorsError(
          "input.invalid",
          `Recording failed: ${captureName(capture)}. No sound came from the microphone. Check that it is on and may be used.`,
        );
      }
      this.#leave(id);
      const { recordingId, queued } = await this.#keep(id, capture, { name: captureName(capture), transcribe });
      return { recordingId, jobId: queued?.jobId ?? null, transcriptId: queued?.transcriptId ?? null };
    });
  }

  /** Deletes it with its sound. @throws IndoorsError `not-found` */
  discard(id: string): Promise<void> {
    return this.#inTurn(id, async () => {
      await this.#read(id);
      this.#leave(id);
      await rm(this.#folder(id), { recursive: true, force: true });
      this.#options.onChange();
    });
  }

  /**
   * Makes recordings of what nobody writes any more. One that fails is told in a notice and stays for the next time.
   * @param active Those that the shell still writes. They go on, in this process if they began in another.
   */
  async recover(active: readonly string[]): Promise<{ id: string; recordingId: string; durationMs: number }[]> {
    const recovered: { id: string; recordingId: string; durationMs: number }[] = [];
    for (const id of await this.#ids()) {
      try {
        const found = await this.#inTurn(id, () => this.#recoverOne(id, active.includes(id)));
        if (found !== null) recovered.push({ id, ...found });
      } catch (thrown) {
        this.#options.onLog(`capture ${id}: ${(thrown as Error)?.stack ?? String(thrown)}`);
        if (this.#disposed) break;
        this.#options.onNotice(
          `A recording that was interrupted could not be recovered yet: ${messageOf(thrown)} Its sound is safe in the data folder; it is tried again at the next start.`,
        );
      }
    }
    return recovered;
  }

  /** Stops listening. What is being written, or is half way to the library, stays for `recover` at the next start. */
  dispose(): void {
    this.#disposed = true;
    for (const id of [...this.#active.keys()]) this.#leave(id);
  }

  async #recoverOne(id: string, written: boolean): Promise<{ recordingId: string; durationMs: number } | null> {
    const folder = this.#folder(id);
    // Killed while it was begun, there is no sound in it. Sound without its file was damaged otherwise, and is worth more.
    const capture = (await readCapture(folder)) ?? { ...unknown, startedAt: new Date().toISOString() };
    // Finished or discarded by whoever had the turn before.
    if (!(await exists(folder))) return null;
    const durationMs = (await soundDurationMs(soundPath(folder))) ?? 0;
    const begun = this.#active.has(id);
    if (written && capture.kept === null) {
      if (!begun) this.#attend(id, capture);
      return null;
    }
    if (begun && durationMs === 0 && Date.now() - Date.parse(capture.startedAt) < slowStartMs) return null;
    this.#leave(id);
    if (durationMs < worthKeepingMs && capture.kept === null) {
      await rm(folder, { recursive: true, force: true });
      this.#options.onChange();
      return null;
    }
    const { model, language } = capture;
    const kept = await this.#keep(id, capture, {
      name: `${captureName(capture)} (recovered)`,
      transcribe: { model, language },
    });
    this.#options.onNotice(
      `A recording of ${lengthInWords(kept.durationMs)} that was interrupted is in the library: ${kept.name}.`,
    );
    return { recordingId: kept.recordingId, durationMs: kept.durationMs };
  }

  /**
   * From a folder of its own into the library. Killed at any point, the same call goes on: `kept` is written before the
   * sound leaves, the folder goes last, and the library has a file only once.
   */
  async #keep(
    id: string,
    capture: CaptureFile,
    wanted: { name: string; transcribe: TranscribeSettings | null },
  ): Promise<{ recordingId: string; name: string; queued: Queued | null; durationMs: number }> {
    const { recordingsFolder, addRecording, transcribe, onNotice, onChange } = this.#options;
    const folder = this.#folder(id);
    const sound = soundPath(folder);
    await mkdir(recordingsFolder, { recursive: true, mode: 0o700 });
    let { file, ...kept } = capture.kept ?? { file: "", ...wanted };
    if (await exists(sound)) {
      await endSound(sound);
      // One at a time, or two would find the same name free.
      const moved = this.#naming.then(() => this.#moveSound(capture, folder, { file, ...kept }));
      this.#naming = moved.catch(() => {});
      file = await moved;
    }
    const path = join(recordingsFolder, file);
    const durationMs = await soundDurationMs(path);
    if (durationMs === null) {
      await rm(folder, { recursive: true, force: true });
      throw new IndoorsError(
        "file.unreadable",
        `Keeping the recording failed: ${basename(path)}. Its file is gone from ${recordingsFolder}. Put it back, or record again.`,
      );
    }
    const recording = await addRecording({ path, name: kept.name, durationMs });
    let queued: Queued | null = null;
    if (kept.transcribe !== null) {
      queued = await transcribe(recording, kept.transcribe).catch((thrown: unknown) => {
        // Not refused, but broken off: the next start does it.
        if (this.#disposed) throw thrown;
        onNotice(`${kept.name} is kept, but it cannot be transcribed now. ${messageOf(thrown)}`);
        return null;
      });
    }
    await rm(folder, { recursive: true, force: true });
    onChange();
    return { recordingId: recording.id, name: kept.name, queued, durationMs };
  }

  /** Says where the sound goes, then moves it there. Returns the name of its file. */
  async #moveSound(capture: CaptureFile, folder: string, kept: NonNullable<CaptureFile["kept"]>): Promise<string> {
    const { recordingsFolder } = this.#options;
    let { file } = kept;
    for (let attempt = 1; file === "" || (await exists(join(recordingsFolder, file))); attempt++) {
      file = recordingFileName(capture, attempt);
    }
    if (file !== capture.kept?.file) await writeCapture(folder, { ...capture, kept: { ...kept, file } });
    await rename(soundPath(folder), join(recordingsFolder, file));
    await syncFolder(recordingsFolder);
    return file;
  }

  #attend(id: string, { live, model, language }: CaptureFile): void {
    const path = soundPath(this.#folder(id));
    this.#active.set(id, live ? this.#options.listen({ id, path, model, language }) : () => {});
  }

  #leave(id: string): void {
    this.#active.get(id)?.();
    this.#active.delete(id);
  }

  async #read(id: string): Promise<CaptureFile> {
    // An id from outside is a name in the list, never a path.
    if (!(await this.#ids()).includes(id)) throw missing(id);
    const capture = await readCapture(this.#folder(id));
    if (capture === null) throw missing(id);
    return capture;
  }

  async #ids(): Promise<string[]> {
    return await readdir(this.#options.capturesFolder).catch(() => []);
  }

  #folder(id: string): string {
    return join(this.#options.capturesFolder, id);
  }

  /** One thing at a time with each: nobody recovers what somebody else is finishing. */
  #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#turns.get(id) ?? Promise.resolve()).then(work);
    const settled = done.catch(() => null);
    this.#turns.set(id, settled);
    void settled.finally(() => {
      if (this.#turns.get(id) === settled) this.#turns.delete(id);
    });
    return done;
  }
}

function lengthInWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/** After this a rename in it survives a power cut. Systems that cannot open a folder do without. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => null);
  try {
    await folder?.sync().catch(() => {});
  } finally {
    await folder?.close();
  }
}

function missing(id: string): IndoorsError {
  return new IndoorsError("not-found", `There is no recording under way with the id ${id}.`);
}
