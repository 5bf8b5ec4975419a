import { describe, expect, it } from "vitest";
import type { Segment, Span } from "../shared/speech.ts";
import type { DecodedAudio, TranscriptionCursor, WindowRequest } from "./ports.ts";
import { transcribeRecording, type TranscriptionPorts, type TranscriptionProgress } from "./transcribe.ts";

const second = 16_000;
const spans: Span[] = [
  { start: 1 * second, end: 6 * second },
  { start: 10 * second, end: 30 * second },
  { start: 40 * second, end: 41 * second },
];

describe("transcribeRecording", () => {
  it("goes through decoder, voice activity and engine, with a commit per window", async () => {
    const world = scripted();
    const progress: TranscriptionProgress[] = [];
    const outcome = await world.run(null, new AbortController().signal, (step) => progress.push(step));
    expect(outcome).toEqual({ durationMs: 60_000, speechMs: 27_500, windows: 3, language: "en" });
    expect(world.asked.map(({ window }) => window.start / second)).toEqual([0.75, 9.75, 39.75]);
    expect(world.asked.every(({ prompt, language }) => prompt === "Zarathustra." && language === "en")).toBe(true);
    expect(world.commits.map(({ cursor }) => cursor)).toEqual([
      { nextWindow: 1, doneMs: 6250 },
      { nextWindow: 2, doneMs: 30_250 },
      { nextWindow: 3, doneMs: 41_250 },
    ]);
    expect(world.texts()).toEqual(["at 750", "at 9750", "at 39750"]);
    expect(
      progress.filter(({ phase }) => phase === "transcribing").map((step) => ("doneMs" in step ? step.doneMs : -1)),
    ).toEqual([0, 6250, 30_250, 41_250, 60_000]);
  });

  it.each([0, 1, 2, 3])("stopped after %i commits and resumed, ends with the same transcript", async (stopAfter) => {
    const whole = scripted();
    await whole.run(null);
    const world = scripted();
    const controller = new AbortController();
    world.onCommit = () => {
      if (world.commits.length === stopAfter) controller.abort();
    };
    if (stopAfter === 0) controller.abort();
    const first = world.run(null, controller.signal);
    if (stopAfter < 3) await expect(first).rejects.toMatchObject({ code: "cancelled" });
    else await first;
    expect(world.commits).toHaveLength(stopAfter);
    world.onCommit = () => {};
    await world.run(world.commits.at(-1)?.cursor ?? null);
    expect(world.commits).toEqual(whole.commits);
  });

  it("lets the window with the most speech decide on the language", async () => {
    const world = scripted("auto");
    const outcome = await world.run(null);
    expect(outcome.language).toBe("de");
    expect(world.asked.map(({ window, language }) => [window.start / second, language])).toEqual([
      [9.75, "auto"],
      [0.75, "de"],
      [9.75, "de"],
      [39.75, "de"],
    ]);
  });

  it("asks once more for a passage that the engine stepped over, and commits both in order", async () => {
    const world = scripted();
    world.spans = [{ start: 10 * second, end: 30 * second }];
    world.deafAfterMs = 15_000;
    await world.run(null);
    expect(world.asked.map(({ window }) => [window.start / second, window.end / second])).toEqual([
      [9.75, 30.25],
      [15, 30.25],
    ]);
    expect(world.commits).toHaveLength(1);
    expect(world.texts()).toEqual(["at 9750", "at 15000"]);
  });

  it("asks no engine when nothing was said", async () => {
    const world = scripted();
    world.spans = [];
    expect(await world.run(null)).toEqual({ durationMs: 60_000, speechMs: 0, windows: 0, language: "en" });
    expect(world.asked).toEqual([]);
    expect(world.commits).toEqual([]);
  });

  it("commits nothing of a window that was cancelled while it was heard", async () => {
    const world = scripted();
    const controller = new AbortController();
    world.onAsk = () => controller.abort();
    await expect(world.run(null, controller.signal)).rejects.toMatchObject({ code: "cancelled" });
    expect(world.commits).toEqual([]);
  });

  it("refuses a cursor beyond the recording", async () => {
    await expect(scripted().run({ nextWindow: 9, doneMs: 1 })).rejects.toMatchObject({ code: "input.invalid" });
  });
});

/** Ports that answer from a script and write down what they were asked. */
function scripted(language = "en") {
  const audio: DecodedAudio = { pcmPath: "/scratch/a.pcm", durationMs: 60_000 };
  const world = {
    spans,
    asked: [] as WindowRequest[],
    commits: [] as { segments: readonly Segment[]; cursor: TranscriptionCursor }[],
    /** Where the engine's segments end, whatever was said after. */
    deafAfterMs: undefined as number | undefined,
    onAsk: () => {},
    onCommit: () => {},
    texts: () => world.commits.flatMap(({ segments }) => segments.map(({ text }) => text)),
    run: (
      cursor: TranscriptionCursor | null,
      signal = new AbortController().signal,
      onProgress?: (step: TranscriptionProgress) => void,
    ) =>
      transcribeRecording({ path: "monday.wav", language, prompt: "Zarathustra.", cursor }, ports, signal, onProgress),
  };
  const ports: TranscriptionPorts = {
    decoder: {
      async decode(path, _signal, onProgress) {
        expect(path).toBe("monday.wav");
        onProgress(1);
        return audio;
      },
    },
    voiceActivity: { findSpeech: async () => world.spans },
    energy: { energy: async () => [] },
    engine: {
      async transcribe(request) {
        world.asked.push(request);
        world.onAsk();
        const startMs = request.window.start / 16;
        return {
          segments: [{ startMs, endMs: world.deafAfterMs ?? request.window.end / 16, text: `at ${startMs}` }],
          language: request.language === "auto" ? "de" : request.language,
        };
      },
    },
    sink: {
      async commit(segments, cursor) {
        world.commits.push({ segments, cursor });
        world.onCommit();
      },
    },
  };
  return world;
}
