import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Job } from "../shared/job.ts";
import { deviceChoice, type InstalledModel } from "../shared/model.ts";
import { pcmBytesPerSample, pcmSampleRate, type SpeechEngineName, speechEngineName } from "../shared/speech.ts";
import { transcribeRecording } from "../speech/transcribe.ts";
import { commitWindow } from "../store/commit-window.ts";
import { listJobs, updateJob } from "../store/jobs.ts";
import type { Store } from "../store/open-store.ts";
import { describeRecording, getRecording } from "../store/recordings.ts";
import { completeTranscript, getTranscript, settleOrigin, type Transcript } from "../store/transcripts.ts";
import type { AuditLog } from "./audit-log.ts";
import { audited } from "./audited.ts";
import { AudioEngine } from "./audio-engine.ts";
import type { DesktopDecoder } from "./desktop-decoder.ts";
import type { EngineFacts } from "./engine-facts.ts";
import type { JobHandler } from "./job-queue.ts";
import { modelLoadEntry } from "./model-load-entry.ts";
import type { ModelLibrary } from "./model-library.ts";
import { SpeechProcess } from "./speech-engine.ts";
import { unlessAborted } from "./unless-aborted.ts";

export const transcriptionKind = "transcription";

// Jobs of earlier versions said their threads, too.
const transcriptionInput = z.object({
  recordingId: z.string(),
  transcriptId: z.string(),
  engine: speechEngineName,
  model: z.string(),
  device: deviceChoice,
  language: z.string(),
  prompt: z.string(),
  /** Hear it anew, even if there is a transcript of the same making. */
  again: z.boolean().default(false),
});
export type TranscriptionInput = z.infer<typeof transcriptionInput>;

export interface TranscriptionParts {
  readonly store: Store;
  readonly library: ModelLibrary;
  readonly audit: AuditLog;
  readonly workFolder: string;
  readonly nodePath: string;
  readonly enginesFolder: string;
  readonly ffmpegPath: string | null;
  readonly desktop: DesktopDecoder | null;
  /** Told when a recording came. */
  readonly onRecordings: () => void;
  readonly speechFacts: (
    engine: SpeechEngineName,
    model: InstalledModel,
    device: z.infer<typeof deviceChoice>,
  ) => Promise<EngineFacts>;
  readonly onLog: (line: string) => void;
  readonly onNotice: (sentence: string) => void;
}

/** The job handler: decodes, finds speech, transcribes window by window, each window one transaction with its cursor. */
export function transcriptionHandler(parts: TranscriptionParts): JobHandler {
  const { store, library } = parts;
  const pcmPath = (job: Job) => join(parts.workFolder, `${job.id}.pcm`);
  /** Milliseconds of audio per millisecond, by what made it; from the jobs of this process. */
  const speeds = new Map<string, number>();
  const speedKey = ({ engine, model }: TranscriptionInput) => `${engine} ${model}`;

  return {
    kind: transcriptionKind,
    title: (job) => `Transcribe ${recordingName(store, inputOf(job).recordingId)}`,
    knownSpeed: (job) => speeds.get(speedKey(inputOf(job))) ?? null,
    worksOn: (job) => worksOn(store, inputOf(job)),

    async run(job, signal, onProgress) {
      const input = inputOf(job);
      if (getTranscript(store.reader, input.transcriptId).status === "complete") return;
      const recording = getRecording(store.reader, input.recordingId);
      const model = await library.choose("speech", input.model);
      await library.ensureUnchanged(model, signal);
      const voiceModel = await library.choose("voice-activity", null);
      await library.ensureUnchanged(voiceModel, signal);
      const transcript = await settled(parts, input, model, signal);
      if (transcript.status === "complete") return;
      const { threads } = transcript.origin;

      const audio = new AudioEngine({ ...parts, voiceModelPath: voiceModel.path, pcmPath: pcmPath(job) });
      let speech: SpeechProcess | undefined;
      const startedAt = performance.now();
      let durationMs = 0;
      let toldAt = 0;
      const tell = () => {
        if (performance.now() - toldAt < 200) return;
        toldAt = performance.now();
        onProgress();
      };
      try {
        const outcome = await transcribeRecording(
          { path: recording.path, language: input.language, prompt: input.prompt, cursor: cursorOf(transcript.cursor) },
          {
            decoder: {
              decode: async (path, decodeSignal, onShare) => {
                const decoded = await decodeOnce(audio, pcmPath(job), path, decodeSignal, onShare, parts.onNotice);
                durationMs = decoded.durationMs;
                if (decoded.format !== null) {
                  describeRecording(store.writer, recording.id, { durationMs, format: decoded.format });
                }
                updateJob(store.writer, job.id, { progress: { done: transcript.cursor.doneMs, total: durationMs } });
                tell();
                return decoded;
              },
            },
            voiceActivity: audio,
            energy: audio,
            engine: {
              transcribe: async (request, windowSignal) => {
                // Loaded only when there is speech: silence needs no model.
                speech ??= await audited(
                  parts.audit,
                  modelLoadEntry(model, { engine: input.engine, device: input.device, purpose: "use" }),
                  () => SpeechProcess.open({ ...parts, ...input, model, threads }),
                );
                return await speech.transcribe(request, windowSignal);
              },
            },
            sink: {
              async commit(segments, cursor) {
                const progress = { done: Math.min(cursor.doneMs, durationMs), total: durationMs };
                const { transcriptId } = input;
                commitWindow(store.writer, { transcriptId, jobId: job.id, segments, cursor, progress });
                tell();
              },
            },
          },
          signal,
        );
        updateJob(store.writer, job.id, { progress: { done: outcome.durationMs, total: outcome.durationMs } });
        completeTranscript(store.writer, input.transcriptId, outcome.language);
        if (transcript.cursor.nextWindow === 0 && outcome.speechMs > 0) {
          speeds.set(speedKey(input), outcome.durationMs / (performance.now() - startedAt));
        }
      } finally {
        await audio.dispose();
        await speech?.dispose();
      }
    },

    async clean(job) {
      await rm(pcmPath(job), { force: true });
      await rm(`${pcmPath(job)}.part`, { force: true });
    },
  };
}

/** Removes decoded audio of jobs that no longer need it: what a killed process left behind. */
export async function cleanWorkFolder(workFolder: string, store: Store): Promise<void> {
  const open = new Set(listJobs(store.reader, { statuses: ["queued", "running", "paused"] }).map(({ id }) => id));
  for (const name of await readdir(workFolder)) {
    if (!open.has(name.replace(/\.pcm$/, ""))) await rm(join(workFolder, name), { force: true, recursive: true });
  }
}

/** The transcript of a job with its whole origin: the engine is measured here when it never was, which takes seconds. */
async function settled(
  { store, speechFacts }: Pick<TranscriptionParts, "store" | "speechFacts">,
  { transcriptId, engine, device, again }: TranscriptionInput,
  model: InstalledModel,
  signal: AbortSignal,
): Promise<Transcript> {
  const transcript = getTranscript(store.reader, transcriptId);
  if (transcript.origin.threads > 0) return transcript;
  const facts = await unlessAborted(speechFacts(engine, model, device), signal);
  const { engineVersion, threads } = facts;
  const origin = { ...transcript.origin, engineVersion, device: facts.device, threads };
  return settleOrigin(store.writer, transcriptId, origin, { takeOver: !again });
}

/** Decoded audio that is whole is under its final name, so a resumed job need not decode again. */
async function decodeOnce(
  audio: AudioEngine,
  pcmPath: string,
  path: string,
  signal: AbortSignal,
  onShare: (share: number) => void,
  onNotice: (sentence: string) => void,
): Promise<{ pcmPath: string; durationMs: number; format: string | null }> {
  const there = await stat(pcmPath).catch(() => null);
  if (there !== null && there.size > 0) {
    const durationMs = (there.size / pcmBytesPerSample / pcmSampleRate) * 1000;
    return { pcmPath, durationMs: Math.round(durationMs), format: null };
  }
  const decoded = await audio.decode(path, signal, onShare);
  if (decoded.notice !== null) onNotice(decoded.notice);
  return decoded;
}

function cursorOf(cursor: { readonly nextWindow: number; readonly doneMs: number }) {
  return cursor.nextWindow === 0 ? null : cursor;
}

function recordingName(store: Store, id: string): string {
  try {
    return getRecording(store.reader, id).name;
  } catch {
    return "a recording that was removed";
  }
}

function worksOn({ reader }: Store, { recordingId, transcriptId }: TranscriptionInput) {
  // A transcript does not outlive its recording.
  try {
    getTranscript(reader, transcriptId);
    return { recordingId, transcriptId };
  } catch {
    return null;
  }
}

/** The jobs that transcribe a recording, of every status. */
export function jobsOfRecording({ reader }: Store, recordingId: string): Job[] {
  return listJobs(reader, { kind: transcriptionKind }).filter((job) => inputOf(job).recordingId === recordingId);
}

export function inputOf(job: Job): TranscriptionInput {
  return transcriptionInput.parse(job.input);
}
