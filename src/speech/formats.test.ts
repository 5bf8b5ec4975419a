import { describe, expect, it } from "vitest";
import { type ExportedTranscript, formatTranscript } from "./formats.ts";

const transcript: ExportedTranscript = {
  name: "monday.wav",
  durationMs: 3_723_500,
  language: "en",
  origin: {
    engine: "transcribe-cpp",
    engineVersion: "0.2.3",
    modelName: "whisper-base.en",
    modelSha256: "a0",
    device: "cpu",
    threads: 2,
    language: "en",
    vocabulary: [],
  },
  segments: [
    { startMs: 0, endMs: 1499.6, text: "Good morning,\nall." },
    { startMs: 3_723_004, endMs: 3_723_004, text: "a < b && c --> d" },
  ],
};

describe("formatTranscript", () => {
  it("writes one line per segment as text", () => {
    expect(formatTranscript(transcript, "txt")).toBe("Good morning, all.\na < b && c --> d\n");
  });

  it("writes SubRip", () => {
    expect(formatTranscript(transcript, "srt")).toBe(
      "1\n00:00:00,000 --> 00:00:01,500\nGood morning, all.\n\n2\n01:02:03,004 --> 01:02:03,005\na < b && c → d\n\n",
    );
  });

  it("writes WebVTT, with what has a meaning there escaped", () => {
    expect(formatTranscript(transcript, "vtt")).toBe(
      "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nGood morning, all.\n\n01:02:03.004 --> 01:02:03.005\na &lt; b &amp;&amp; c --&gt; d\n\n",
    );
  });

  it("writes JSON that holds all there is", () => {
    expect(JSON.parse(formatTranscript(transcript, "json"))).toEqual({
      format: "indoors-transcript",
      version: 1,
      ...transcript,
    });
  });

  it("writes an empty transcript", () => {
    const empty = { ...transcript, segments: [] };
    expect(["txt", "srt", "vtt"].map((format) => formatTranscript(empty, format as "txt"))).toEqual([
      "",
      "",
      "WEBVTT\n\n",
    ]);
  });
});
