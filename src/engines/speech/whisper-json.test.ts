import { describe, expect, it } from "vitest";
import { parseWhisperOutput } from "./whisper-json.ts";

describe("parseWhisperOutput", () => {
  it("joins tokens to words and leaves special tokens out", () => {
    const { language, segments } = parseWhisperOutput(
      output("en", " Hello Houston.", [
        token("[_BEG_]", 0, 0, 0.9),
        token(" Hello", 0, 300, 0.81),
        token(" Hou", 320, 500, 0.9),
        token("ston", 500, 700, 0.4),
        token(".", 700, 720, 0.6),
        token("[_TT_50]", 720, 720, 0.1),
        token("<|endoftext|>", 720, 720, 0.1),
      ]),
    );
    expect(language).toBe("en");
    expect(segments).toHaveLength(1);
    expect(segments[0]).toMatchObject({ startMs: 0, endMs: 1000, text: "Hello Houston." });
    expect(segments[0]!.words!.map(({ text, startMs, endMs }) => [text, startMs, endMs])).toEqual([
      ["Hello", 0, 300],
      ["Houston.", 320, 720],
    ]);
    expect(segments[0]!.words![0]!.probability).toBeCloseTo(0.81);
    expect(segments[0]!.words![1]!.probability).toBeCloseTo(Math.cbrt(0.9 * 0.4 * 0.6));
  });

  it("puts letters together that were cut into two tokens, and separates a script without spaces", () => {
    const tokyo = bytes("東");
    const tokens = [
      token(tokyo.slice(0, 2), 0, 10, 1),
      token(tokyo.slice(2), 10, 20, 1),
      token(bytes("京"), 20, 30, 1),
    ];
    const { segments } = parseWhisperOutput(output("ja", bytes("東京"), tokens));
    expect(segments[0]!.text).toBe("東京");
    expect(segments[0]!.words!.map((word) => word.text)).toEqual(["東", "京"]);
  });

  it("reads what the lax writer leaves: control characters in strings and nan", () => {
    const raw = output("en", " a\tb", [token(" a\tb", 0, 10, 0.5)])
      .toString("latin1")
      .replace("\\t", "\t")
      .replace("\\t", "\t");
    const { segments } = parseWhisperOutput(Buffer.from(raw.replace('"p":0.5', '"p": -nan'), "latin1"));
    expect(segments[0]!.text).toBe("a\tb");
    expect(segments[0]!.words![0]!.probability).toBeLessThan(1e-6);
  });

  it("refuses something else", () => {
    expect(() => parseWhisperOutput(Buffer.from("{}"))).toThrow();
    expect(() => parseWhisperOutput(Buffer.from("not json"))).toThrow();
  });
});

function token(text: string, from: number, to: number, p: number) {
  return { text, offsets: { from, to }, p };
}

/** As whisper.cpp writes it: bytes that are not always UTF-8. */
function output(language: string, text: string, tokens: readonly unknown[]): Buffer {
  const transcription = [{ offsets: { from: 0, to: 1000 }, text, tokens }];
  return Buffer.from(JSON.stringify({ result: { language }, transcription }), "latin1");
}

/** UTF-8 bytes, one character each. */
function bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
