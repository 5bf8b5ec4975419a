/**
 * The process that kill.test.ts kills: it goes on with the one transcription of the database in argv[2], window after
 * window, appends a step to a run of its own for each, and says on stdout what is committed, after it is.
 */
import { writeSync } from "node:fs";
import { commitWindow } from "../commit-window.ts";
import { createConversation } from "../conversations.ts";
import { claimNextJob, createJob, recoverInterruptedJobs } from "../jobs.ts";
import { openStore } from "../open-store.ts";
import { appendStep, createRun } from "../runs.ts";
import { segmentsOf } from "./window-content.ts";
import type { WindowCursor } from "../transcripts.ts";
import { addRecording } from "../recordings.ts";
import { openTranscript } from "../transcripts.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("usage: window-writer.ts DATABASE");
const say = (line: string) => writeSync(1, `${line}\n`);

say("start");
const { writer } = openStore(path);
recoverInterruptedJobs(writer);
const job = claimNextJob(writer) ?? begin();
const { transcriptId } = job.input as { readonly transcriptId: string };
const conversation = createConversation(writer, { title: "kill" });
const run = createRun(writer, {
  conversationId: conversation.id,
  agent: "assistant",
  model: "none",
  modelSha256: "00",
  device: "cpu",
  grants: [],
});

for (let index = (job.cursor as WindowCursor | null)?.nextWindow ?? 0; ; index++) {
  const doneMs = (index + 1) * 1000;
  commitWindow(writer, {
    transcriptId,
    jobId: job.id,
    segments: segmentsOf(index),
    cursor: { nextWindow: index + 1, doneMs },
    progress: { done: doneMs, total: 1e9 },
  });
  say(`window ${index}`);
  const { seq } = appendStep(writer, run.id, { kind: "question", text: `window ${index}` });
  say(`step ${run.id} ${seq} ${index}`);
}

function begin() {
  return writer.transaction(() => {
    const recording = addRecording(writer, { path: "/kill.wav", name: "kill.wav", sha256: "00", bytes: 1 });
    const transcript = openTranscript(writer, {
      recordingId: recording.id,
      origin: {
        engine: "transcribe-cpp",
        engineVersion: "0",
        modelName: "none",
        modelSha256: "00",
        device: "cpu",
        threads: 1,
        language: "en",
        vocabulary: [],
      },
    });
    createJob(writer, { kind: "transcription", input: { transcriptId: transcript.id } });
    const claimed = claimNextJob(writer);
    if (claimed === undefined) throw new Error("a queued job was not claimed");
    return claimed;
  });
}
