import { appendFile, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { openStore, type Store } from "../../store/open-store.ts";
import { describeRecording } from "../../store/recordings.ts";
import { Captures, type CapturesOptions } from "../captures.ts";
import { sha256File } from "../sha256-file.ts";
import { recordRecording } from "../start-transcription.ts";
import { MemoryAudit } from "./memory-audit.ts";

export interface CaptureRig {
  readonly store: Store;
  readonly captures: Captures;
  readonly audit: MemoryAudit;
  /** What happened, in order: what began and ended to be listened to, what was queued, notices. */
  readonly story: string[];
  readonly capturesFolder: string;
  readonly recordingsFolder: string;
}

/** Captures over a real database and real files, as `sound.ts` puts them together, without engines. */
export async function openCaptures(folder: string, over: Partial<CapturesOptions> = {}): Promise<CaptureRig> {
  const capturesFolder = join(folder, "captures");
  const recordingsFolder = join(folder, "recordings");
  await mkdir(capturesFolder, { recursive: true });
  const store = openStore(join(folder, "indoors.sqlite"));
  const audit = new MemoryAudit();
  const story: string[] = [];
  const captures = new Captures({
    capturesFolder,
    recordingsFolder,
    async addRecording({ path, name, durationMs }) {
      const { size: bytes } = await stat(path);
      const file = { path, name, sha256: await sha256File(path), bytes, source: "microphone" } as const;
      const recording = await recordRecording({ store, audit, onRecordings: () => {} }, file);
      describeRecording(store.writer, recording.id, { durationMs, format: "wav" });
      return recording;
    },
    async transcribe({ name }, { model, language }) {
      story.push(`transcribe ${name}: ${model} ${language}`);
      return { jobId: "job", transcriptId: "transcript" };
    },
    listen({ model, language }) {
      story.push(`listen ${model} ${language}`);
      return () => story.push("stop listening");
    },
    onChange: () => {},
    onNotice: (sentence) => story.push(`notice: ${sentence}`),
    onLog: () => {},
    ...over,
  });
  return { store, captures, audit, story, capturesFolder, recordingsFolder };
}

/** Samples that tell where they are: each is its own number. */
export function countedSamples(count: number, from = 0): Buffer {
  const samples = Buffer.alloc(count * 2);
  for (let index = 0; index < count; index++) samples.writeUInt16LE((from + index) % 65_536, index * 2);
  return samples;
}

/** Appends as the shell does. */
export async function append(captures: Captures, id: string, samples: Buffer): Promise<void> {
  await appendFile(captures.file(id).path, samples);
}
