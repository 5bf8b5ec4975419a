import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { IndoorsError } from "../shared/errors.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import type { SpeechEngineName, TranscriptOrigin } from "../shared/speech.ts";
import { vocabularyPrompt } from "../speech/prompt.ts";
import { listJobs } from "../store/jobs.ts";
import { addRecording, type Recording } from "../store/recordings.ts";
import { deleteTranscript, listTranscripts, openTranscript } from "../store/transcripts.ts";
import { person } from "./audit.ts";
import type { JobQueue } from "./job-queue.ts";
import { sha256File } from "./sha256-file.ts";
import { isMultilingual } from "./speech-facts.ts";
import { inputOf, type TranscriptionInput, transcriptionKind, type TranscriptionParts } from "./transcriptions.ts";

export interface TranscriptionRequest {
  readonly model: string | null;
  readonly engine: SpeechEngineName;
  readonly language: string;
  readonly vocabulary: readonly string[];
  readonly device: DeviceChoice;
  readonly again: boolean;
}

/** How a recording is transcribed when nobody said how. */
export const plainTranscription = {
  engine: "transcribe-cpp",
  vocabulary: [],
  device: "auto",
  again: false,
} as const satisfies Partial<TranscriptionRequest>;

/** A model that is there, and what it is to hear. */
interface ChosenModel {
  readonly model: InstalledModel;
  readonly language: string;
}

/**
 * Adds the recording and queues its transcription. Asked for the same once more, it goes on with the unfinished job,
 * or gives the transcript that is there.
 * @throws IndoorsError `file.unreadable`, `audio.undecodable` for an empty file, `model.missing`, `model.changed`,
 * `input.invalid` for a language the model does not know.
 */
export async function startTranscription(
  parts: TranscriptionParts,
  queue: JobQueue,
  { path, ...request }: TranscriptionRequest & { readonly path: string },
  signal: AbortSignal,
): Promise<{ jobId: string; recordingId: string; transcriptId: string }> {
  const bytes = await requireRecording(path);
  // First, so that a recording is not added for a transcription that cannot be.
  const chosen = await chooseSpeechModel(parts, request, signal);
  const sha256 = await sha256File(path, { signal });
  const recording = await recordRecording(parts, { path, name: basename(path), sha256, bytes, source: "file" });
  return { recordingId: recording.id, ...queueTranscription(parts, queue, recording, request, chosen) };
}

/** Adds a recording, with its row in the audit log. Added already, it is the one that is there. */
export async function recordRecording(
  parts: Pick<TranscriptionParts, "store" | "audit" | "onRecordings">,
  recording: Pick<Recording, "path" | "name" | "sha256" | "bytes" | "source">,
): Promise<Recording> {
  const { path, sha256, bytes, source } = recording;
  await parts.audit.event({
    action: "recording.add",
    actor: person(),
    runId: null,
    subject: "recording",
    facts: { bytes, source },
    content: { path, sha256 },
  });
  const added = addRecording(parts.store.writer, recording);
  parts.onRecordings();
  return added;
}

/**
 * The model that is asked for. How fast it is here is measured when it is first used.
 * @throws IndoorsError `model.missing`, `model.changed`, `input.invalid` for a language it does not know.
 */
export async function chooseSpeechModel(
  { library }: Pick<TranscriptionParts, "library">,
  request: Pick<TranscriptionRequest, "model" | "language">,
  signal: AbortSignal,
): Promise<ChosenModel> {
  const model = await library.choose("speech", request.model);
  await library.ensureUnchanged(model, signal);
  return { model, language: chooseLanguage(request.language, model, await isMultilingual(model)) };
}

/**
 * Queues the transcription of a recording that is added. Asked for the same once more, it goes on with the unfinished
 * job, or gives the transcript that is there. The same is what the person chose: engine, model, language, vocabulary
 * and device; what follows from the machine is known only when the job begins.
 */
export function queueTranscription(
  { store, onNotice }: Pick<TranscriptionParts, "store" | "onNotice">,
  queue: JobQueue,
  recording: Pick<Recording, "id">,
  request: TranscriptionRequest,
  { model, language }: ChosenModel,
): { jobId: string; transcriptId: string } {
  const prompt = vocabularyPrompt(request.vocabulary);
  if (prompt.fitted < prompt.total) {
    onNotice(
      `The vocabulary is longer than the model's prompt: the first ${prompt.fitted} of ${prompt.total} terms are used. Put the most important first.`,
    );
  }
  const asked: TranscriptOrigin = {
    engine: request.engine,
    engineVersion: "",
    modelName: model.name,
    modelSha256: model.sha256,
    device: request.device,
    threads: 0,
    language,
    vocabulary: request.vocabulary.slice(0, prompt.fitted),
  };
  const same = listTranscripts(store.reader, recording.id).filter(({ origin }) => isWhatWasAsked(origin, asked));
  const unfinished = listJobs(store.reader, {
    kind: transcriptionKind,
    statuses: ["queued", "running", "paused"],
  }).find((job) => same.some(({ id }) => id === inputOf(job).transcriptId));
  if (unfinished !== undefined) {
    if (unfinished.status === "paused") queue.resume(unfinished.id);
    return { jobId: unfinished.id, transcriptId: inputOf(unfinished).transcriptId };
  }
  if (request.again) for (const { id } of same) deleteTranscript(store.writer, id);
  const kept = request.again ? undefined : same[0];
  const transcript = kept ?? openTranscript(store.writer, { recordingId: recording.id, origin: asked });
  const input: TranscriptionInput = {
    recordingId: recording.id,
    transcriptId: transcript.id,
    engine: request.engine,
    model: model.name,
    device: request.device,
    language,
    prompt: prompt.text,
    again: request.again,
  };
  const { id } = queue.enqueue(transcriptionKind, input);
  return { jobId: id, transcriptId: transcript.id };
}

function isWhatWasAsked(made: TranscriptOrigin, asked: TranscriptOrigin): boolean {
  return (
    made.engine === asked.engine &&
    made.modelSha256 === asked.modelSha256 &&
    made.language === asked.language &&
    isDeepStrictEqual(made.vocabulary, asked.vocabulary) &&
    // A device that was used has its name with it: "cpu (Intel Xeon)".
    (asked.device === "auto" || made.device === asked.device || made.device.startsWith(`${asked.device} (`))
  );
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
