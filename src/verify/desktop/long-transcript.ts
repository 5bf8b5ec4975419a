import { closeSync, openSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Segment } from "../../shared/speech.ts";
import { commitWindow } from "../../store/commit-window.ts";
import { claimNextJob, completeJob, createJob, forgetJob } from "../../store/jobs.ts";
import { openStore } from "../../store/open-store.ts";
import { addRecording, describeRecording } from "../../store/recordings.ts";
import { completeTranscript, openTranscript } from "../../store/transcripts.ts";
import { writeWav } from "../wav-file.ts";

const segmentMs = 4000;
const segmentsPerWindow = 7;

const sentences = [
  "Good morning, we go on with item # of the list that was sent round last week.",
  "The committee has read the report, and nobody asked for a change to page #.",
  "Well, I would say that the costs are about what we expected, a little more perhaps, because of the roof.",
  "Could you say that again, please? The line was bad.",
  "Yes.",
  "The patient was seen on the second of March and again # days later; there was no fever and the wound had closed.",
  "So the question is who pays for it, and when, and whether the contract says anything about that at all.",
  "As far as I remember, invoice # came before the delivery and not after it, which is why we wrote to them.",
  "Let us take a break of ten minutes here.",
  "I agree with my colleague, and I would like to add that the figures for the third quarter are not final yet.",
  "Nobody was in the building when the alarm went off, that is what the witness said.",
  "Thank you, that is noted as number #.",
];

/** So many segments as a long day of meetings gives them: of every length, each with its words and how sure they are. */
export function makeSegments(count: number): Segment[] {
  return Array.from({ length: count }, (_, index) => {
    const startMs = index * segmentMs;
    const text = (sentences[(index * 7) % sentences.length] ?? "").replaceAll("#", String(index));
    const spoken = text.split(" ");
    const wordMs = Math.floor((segmentMs - 200) / spoken.length);
    const words = spoken.map((word, at) => ({
      ...{ text: word, startMs: startMs + at * wordMs, endMs: startMs + (at + 1) * wordMs },
      probability: ((index * 31 + at * 17) % 97) / 96,
    }));
    return { startMs, endMs: startMs + segmentMs - 200, text, words };
  });
}

/**
 * Writes a recording with these segments into a data folder that no host has open, and its sound, which is silence: a
 * file that is mostly a hole.
 * @returns how long it is, in milliseconds
 */
export function storeRecording(dataFolder: string, name: string, segments: readonly Segment[]): number {
  const durationMs = segments.length * segmentMs;
  const path = join(dataFolder, name);
  const bytes = writeSilence(path, durationMs);
  const { writer, close } = openStore(join(dataFolder, "indoors.sqlite"));
  try {
    writer.transaction(() => {
      const recording = addRecording(writer, { path, name, sha256: "5e", bytes });
      describeRecording(writer, recording.id, { durationMs, format: "WAV" });
      const transcript = openTranscript(writer, {
        recordingId: recording.id,
        origin: {
          ...{ engine: "whisper-node", engineVersion: "1.1.1", modelName: "base.en", modelSha256: "a0" },
          ...{ device: "cpu", threads: 2, language: "en", vocabulary: [] },
        },
      });
      createJob(writer, { kind: "transcription", input: { transcriptId: transcript.id } });
      const job = claimNextJob(writer);
      if (job === undefined) throw new Error("the job that was made is not there");
      for (let at = 0, nextWindow = 1; at < segments.length; at += segmentsPerWindow, nextWindow++) {
        const said = segments.slice(at, at + segmentsPerWindow);
        const doneMs = said.at(-1)?.endMs ?? 0;
        commitWindow(writer, {
          ...{ transcriptId: transcript.id, jobId: job.id, segments: said },
          ...{ cursor: { nextWindow, doneMs }, progress: { done: doneMs, total: durationMs } },
        });
      }
      completeTranscript(writer, transcript.id, "en");
      completeJob(writer, job.id);
      forgetJob(writer, job.id);
    });
  } finally {
    close();
  }
  return durationMs;
}

function writeSilence(path: string, durationMs: number): number {
  const data = durationMs * 32;
  writeWav(path, Buffer.alloc(0));
  const sizes = Buffer.alloc(4);
  const file = openSync(path, "r+");
  for (const [size, at] of [
    [36 + data, 4],
    [data, 40],
  ] as const) {
    sizes.writeUInt32LE(size);
    writeSync(file, sizes, 0, 4, at);
  }
  closeSync(file);
  truncateSync(path, 44 + data);
  return 44 + data;
}
