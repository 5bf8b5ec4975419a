import type { Payload } from "../shared/contract.ts";
import { hostContract } from "../shared/host-contract.ts";
import { describeRecording } from "../store/recordings.ts";
import { captureMethods } from "./capture-methods.ts";
import { Captures } from "./captures.ts";
import type { DataFolder } from "./data-folder.ts";
import { JobQueue } from "./job-queue.ts";
import { jobQueueMethods } from "./job-queue-methods.ts";
import { openLiveEngines } from "./live-engines.ts";
import { LiveText } from "./live-text.ts";
import { recordingMethods } from "./recording-methods.ts";
import { sha256File } from "./sha256-file.ts";
import {
  chooseSpeechModel,
  plainTranscription,
  queueTranscription,
  recordRecording,
  startTranscription,
} from "./start-transcription.ts";
import { transcriptionHandler, type TranscriptionParts } from "./transcriptions.ts";
import { messageOf } from "../shared/errors.ts";
import { stat } from "node:fs/promises";

type Events = typeof hostContract.events;

export interface SoundOptions extends Omit<TranscriptionParts, "workFolder" | "onRecordings"> {
  readonly data: DataFolder;
  readonly emit: <E extends keyof Events>(event: E, payload: Payload<typeof hostContract, E>) => void;
}

/** All that becomes text here: the queue of transcriptions, recordings from the microphone, and the library of both. */
export function openSound({ data, emit, ...rest }: SoundOptions) {
  const { store, onLog, onNotice } = rest;
  const changed = (what: Payload<typeof hostContract, "list.changed">["what"]) => () => emit("list.changed", { what });
  const onRecordings = changed("recordings");
  const parts: TranscriptionParts = { ...rest, workFolder: data.work, onRecordings };
  const queue = new JobQueue({
    store,
    handlers: [transcriptionHandler(parts)],
    onChange: (view) => emit("job.changed", view),
    onReorder: changed("jobs"),
    onLog,
  });
  const stopping = new AbortController();
  const listening = new Set<Promise<void>>();
  const captures = new Captures({
    capturesFolder: data.captures,
    recordingsFolder: data.recordings,
    onChange: changed("captures"),
    onNotice,
    onLog,
    async addRecording({ path, name, durationMs }) {
      const sha256 = await sha256File(path, { signal: stopping.signal });
      const { size: bytes } = await stat(path);
      const recording = await recordRecording(parts, { path, name, sha256, bytes, source: "microphone" });
      describeRecording(store.writer, recording.id, { durationMs, format: "wav" });
      return recording;
    },
    async transcribe(recording, settings) {
      const request = { ...plainTranscription, ...settings };
      const chosen = await chooseSpeechModel(parts, request, stopping.signal);
      return queueTranscription(parts, queue, recording, request, chosen);
    },
    listen({ id, ...asked }) {
      const live = new LiveText({
        id,
        path: asked.path,
        openEngines: (signal) => openLiveEngines(parts, asked, signal),
        onText: (text) => emit("capture.text", text),
        onFailure: (thrown) => {
          onLog(`live text: ${(thrown as Error)?.stack ?? String(thrown)}`);
          onNotice(`There is no text while you record: ${messageOf(thrown)} The recording itself goes on.`);
        },
      });
      listening.add(live.ended);
      void live.ended.finally(() => listening.delete(live.ended));
      return () => live.stop();
    },
  });

  return {
    queue,
    captures,
    methods: {
      "transcriptions.start": (request: Parameters<typeof startTranscription>[2], signal: AbortSignal) =>
        startTranscription(parts, queue, request, signal),
      ...jobQueueMethods(queue),
      ...captureMethods(captures),
      ...recordingMethods({ ...rest, queue, onRecordings, recordingsFolder: data.recordings }),
    },
    /** Stops work where it is. What is queued, or recorded, goes on at the next start. */
    async dispose(): Promise<void> {
      stopping.abort();
      await queue.dispose();
      captures.dispose();
      await Promise.all(listening);
    },
  };
}
