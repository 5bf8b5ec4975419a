import { describe, expect, it } from "vitest";
import type { Segment } from "../shared/speech.ts";
import { stitchWindow } from "./stitch.ts";
import type { SpeechWindow } from "./windows.ts";

const second = 16_000;
const window: SpeechWindow = {
  start: 10 * second,
  end: 30 * second,
  speech: [{ start: 10 * second, end: 20 * second }],
};
const said = (startMs: number, endMs: number, text: string): Segment => ({ startMs, endMs, text });
const texts = (segments: readonly Segment[]) => stitchWindow(segments, window).map((segment) => segment.text);

describe("stitchWindow", () => {
  it("keeps times in order and inside the window", () => {
    const segments = [
      said(9000, 12_000, " Good morning. "),
      said(11_500, 11_000, "It is\nMonday."),
      said(28_000, 34_000, "Let us begin."),
    ];
    expect(stitchWindow(segments, window)).toEqual([
      said(10_000, 12_000, "Good morning."),
      said(12_000, 12_000, "It is Monday."),
      said(28_000, 30_000, "Let us begin."),
    ]);
  });

  it.each([
    "[Music]",
    "(upbeat music)",
    "[BLANK_AUDIO]",
    "*sighs*",
    "♪ la la la ♪",
    "[MUSIC PLAYING] [APPLAUSE]",
    "(speaking in foreign language)",
    "…",
    " - ",
    "<|nospeech|>",
  ])("drops %s", (text) => {
    expect(texts([said(11_000, 13_000, text)])).toEqual([]);
  });

  it("takes known annotations out of a sentence and leaves other brackets alone", () => {
    expect(texts([said(11_000, 13_000, "[Music] We start (laughs) now (page 3).")])).toEqual([
      "We start now (page 3).",
    ]);
  });

  it("drops stock phrases where no speech was found, and keeps them where it was", () => {
    const segments = [
      said(11_000, 12_000, "Thank you."),
      said(24_000, 26_000, "you"),
      said(26_000, 28_000, "Thanks for watching!"),
    ];
    expect(texts(segments)).toEqual(["Thank you."]);
  });

  it("keeps other words outside detected speech: the detector may be wrong", () => {
    expect(texts([said(24_000, 26_000, "The door is open.")])).toEqual(["The door is open."]);
  });

  it("turns a loop of segments into one", () => {
    const loop = Array.from({ length: 8 }, (_, index) =>
      said(12_000 + index * 500, 12_500 + index * 500, "I'm going to go."),
    );
    expect(texts([said(11_000, 12_000, "Hello."), ...loop, said(17_000, 18_000, "Bye now.")])).toEqual([
      "Hello.",
      "I'm going to go.",
      "Bye now.",
    ]);
  });

  it("keeps what people do repeat", () => {
    const segments = [
      said(11_000, 12_000, "No."),
      said(12_000, 13_000, "No."),
      said(13_000, 14_000, "Thou also, thou also."),
      said(14_000, 15_000, "No no no no."),
    ];
    expect(texts(segments)).toEqual(["No.", "No.", "Thou also, thou also.", "No no no no."]);
  });

  it("turns a loop inside a segment into one, with its words", () => {
    const text = "and then we went to the shop to the shop to the shop to the shop to the shop";
    const words = text.split(" ").map((word, index) => ({
      text: word,
      startMs: 11_000 + index * 100,
      endMs: 11_100 + index * 100,
      probability: 0.5,
    }));
    const [segment] = stitchWindow([{ ...said(11_000, 13_000, text), words }], window);
    expect(segment!.text).toBe("and then we went to the shop");
    expect(segment!.words!.map((word) => word.text).join(" ")).toBe(segment!.text);
    expect(texts([said(11_000, 13_000, "so so so so so so so so far")])).toEqual(["so far"]);
  });

  it("never invents: every word that comes out went in, in order", () => {
    let state = 5;
    const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    const bag = ["you", "[Music]", "the", "of", "(laughs)", "Thank", "No.", "♪", "ten"];
    for (let round = 0; round < 500; round++) {
      const segments = Array.from({ length: random(12) }, () =>
        said(
          9000 + random(22_000),
          9000 + random(22_000),
          Array.from({ length: random(14) }, () => bag[random(bag.length)]).join(" "),
        ),
      );
      const input = segments.flatMap((segment) => segment.text.split(" "));
      let from = 0;
      for (const word of stitchWindow(segments, window).flatMap((segment) => segment.text.split(" "))) {
        const found = input.indexOf(word, from);
        expect(found).toBeGreaterThanOrEqual(from);
        from = found + 1;
      }
    }
  });
});
