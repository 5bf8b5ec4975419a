import { constants } from "node:fs";
import { access, readdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { IndoorsError, throwIfCancelled } from "../shared/errors.ts";
import type { Job } from "../shared/job.ts";
import { deviceChoice, type InstalledModel } from "../shared/model.ts";
import { pcmBytesPerSample, pcmSampleRate, type SpeechEngineName, speechEngineName } from "../shared/speech.ts";
import { vocabularyPrompt } from "../speech/prompt.ts";
import { transcribeRecording } from "../speech/transcribe.ts";
import { commitWindow } from "../store/commit-window.ts";
import { listJobs, updateJob } from "../store/jobs.ts";
import type { Store } from "../store/open-store.ts";
import { addRecording, describeRecording, getRecording } from "../store/recordings.ts";
import { completeTranscript, deleteTranscript, getTranscript, openTranscript } from "../store/transcripts.ts";
import type { AuditLog } from "./audit-log.ts";
import { person } from "./audit.ts";
import { audited } from "./audited.ts";
import { AudioEngine } from "./audio-engine.ts";
import type { EngineFacts } from "./engine-facts.ts";
import type { JobHandler, JobQueue } from "./job-queue.ts";
import { modelLoadEntry } from "./model-load-entry.ts";
import type { ModelLibrary } from "./model-library.ts";
import { sha256File } from "./sha256-file.ts";
import { SpeechProcess } from "./speech-engine.ts";

export const transcriptionKind = "transcription";

const transcriptionInput = z.strictObject({
  recordingId: z.string(),
  transcriptId: z.string(),
  engine: speechEngineName,
  model: z.string(),
  device: deviceChoice,
  threads: z.int(),
  language: z.string(),
  prompt: z.string(),
});
type TranscriptionInput = z.infer<typeof transcriptionInput>;

export interface TranscriptionParts {
  readonly store: Store;
  readonly library: ModelLibrary;
  readonly audit: AuditLog;
  readonly workFolder: string;
  readonly nodePath: string;
  readonly enginesFolder: string;
  readonly ffmpegPath: string | null;
  readonly speechFacts: (
    engine: SpeechEngineName,
    model: InstalledModel,
    device: z.infer<typeof deviceChoice>,
  ) => Promise<EngineFacts>;
  readonly onLog: (line: string) => void;
  readonly onNotice: (sentence: string) => void;
}

export interface TranscriptionRequest {
  readonly path: string;
  readonly model: string | null;
  readonly engine: SpeechEngineName;
  readonly language: string;
  readonly vocabulary: readonly string[];
  readonly device: z.infer<typeof deviceChoice>;
  readonly again: boolean;
}

/**
 * Adds the recording and queues its transcription. Asked for the same once more, it goes on with the unfinished job,
 * or gives the transcript that is there.
 * @throws IndoorsError `file.unreadable`, `audio.undecodable` for an empty file, `model.missing`, `model.changed`,
 * `engine.missing`, `input.invalid` for a language the model does not know.
 */
export async function startTranscription(
  parts: TranscriptionParts,
  queue: JobQueue,
  request: TranscriptionRequest,
  signal: AbortSignal,
): Promise<{ jobId: string; recordingId: string; transcriptId: string }> {
  const { store, library, onNotice } = parts;
  const bytes = await requireRecording(request.path);
  const model = await library.choose("speech", request.model);
  await library.ensureUnchanged(model, signal);
  const facts = await parts.speechFacts(request.engine, model, request.device);
  throwIfCancelled(signal);
  const language = chooseLanguage(request.language, model, facts.multilingual);
  const prompt = vocabularyPrompt(request.vocabulary);
  if (prompt.fitted < prompt.total) {
    onNotice(
      `The vocabulary is longer than the model's prompt: the first ${prompt.fitted} of ${prompt.total} terms are used. Put the most important first.`,
    );
  }
  const sha256 = await sha256File(request.path, { signal });
  await parts.audit.event({
    action: "recording.add",
    actor: person(),
    runId: null,
    subject: "recording",
    facts: { bytes },
    content: { path: request.path, sha256 },
  });
  const recording = addRecording(store.writer, { path: request.path, name: basename(request.path), sha256, bytes });
  const origin = {
    engine: request.engine,
    engineVersion: facts.engineVersion,
    modelName: model.name,
    modelSha256: model.sha256,
    device: facts.device,
    threads: facts.threads,
    language,
    vocabulary: request.vocabulary.slice(0, prompt.fitted),
  };
  let transcript = openTranscript(store.writer, { recordingId: recording.id, origin });
  const unfinished = listJobs(store.reader, {
    kind: transcriptionKind,
    statuses: ["queued", "running", "paused"],
  }).find((job) => inputOf(job).transcriptId === transcript.id);
  if (unfinished !== undefined) {
    if (unfinished.status === "paused") queue.resume(unfinished.id);
    return { jobId: unfinished.id, recordingId: recording.id, transcriptId: transcript.id };
  }
  if (request.again && (transcript.status === "complete" || transcript.cursor.nextWindow > 0)) {
    deleteTranscript(store.writer, transcript.id);
    transcript = openTranscript(store.writer, { recordingId: recording.id, origin });
  }
  const input: TranscriptionInput = {
    recordingId: recording.id,
    transcriptId: transcript.id,
    engine: request.engine,
    model: model.name,
    device: request.device,
    threads: facts.threads,
    language,
    prompt: prompt.text,
  };
  const { id } = queue.enqueue(transcriptionKind, input);
  return { jobId: id, recordingId: recording.id, transcriptId: transcript.id };
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

    async run(job, signal, onProgress) {
      const input = inputOf(job);
      const transcript = getTranscript(store.reader, input.transcriptId);
      if (transcript.status === "complete") return;
      const recording = getRecording(store.reader, input.recordingId);
      const model = await library.choose("speech", input.model);
      await library.ensureUnchanged(model, signal);
      const voiceModel = await library.choose("voice-activity", null);
      await library.ensureUnchanged(voiceModel, signal);

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
                  () => SpeechProcess.open({ ...parts, ...input, model }),
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

function chooseLanguage(asked: string, model: InstalledModel, multilingual: boolean): string {
  if (asked !== "auto" && !/^[a-z]{2,3}$/.test(asked)) {
    throw new IndoorsError("input.invalid", `'${asked}' is not a language code. Use one like en, de, es, or auto.`);
  }
  if (multilingual || asked === "en") return asked;
  if (asked === "auto") return "en";
  throw new IndoorsError(
    "input.invalid",
    `The model ${model.name} knows English only, not '${asked}'. Name a multilingual one with --model, such as tiny.`,
  );
}

async function requireRecording(path: string): Promise<number> {
  const file = basename(path);
  const found = await stat(path).catch(() => null);
  if (found === null) {
    throw new IndoorsError("file.unreadable", `Transcribing failed: ${path}. There is no such file. Check the path.`);
  }
  if (found.isDirectory()) {
    throw new IndoorsError(
      "file.unreadable",
      `Transcribing failed: ${path}. It is a folder. Name the recordings in it.`,
    );
  }
  if (!found.isFile()) {
    throw new IndoorsError("file.unreadable", `Transcribing failed: ${path}. It is not a file. Name a recording.`);
  }
  await access(path, constants.R_OK).catch(() => {
    throw new IndoorsError("file.unreadable", `Transcribing failed: ${path}. You may not read it. Ask its owner.`);
  });
  if (found.size === 0) {
    throw new IndoorsError("audio.undecodable", `Transcribing failed: ${file}. The file is empty. Copy it again.`);
  }
  return found.size;
}

function recordingName(store: Store, id: string): string {
  try {
    return getRecording(store.reader, id).name;
  } catch {
    return "a recording that was removed";
  }
}

function inputOf(job: Job): TranscriptionInput {
  return transcriptionInput.parse(job.input);
}
