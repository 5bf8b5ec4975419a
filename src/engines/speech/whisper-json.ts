import { z } from "zod";
import type { Segment, Word } from "../../shared/speech.ts";

const times = z.object({ from: z.number(), to: z.number() });
const output = z.object({
  result: z.object({ language: z.string() }),
  transcription: z.array(
    z.object({
      offsets: times,
      text: z.string(),
      tokens: z.array(z.object({ text: z.string(), offsets: times.optional(), p: z.number() })).default([]),
    }),
  ),
});
type Token = z.infer<typeof output>["transcription"][number]["tokens"][number];

export interface WhisperOutput {
  readonly language: string;
  /** Milliseconds from the start of the audio that was given. */
  readonly segments: Segment[];
}

/** Languages written without spaces: there every token that is whole is a word of its own. */
const unspaced = new Set(["zh", "ja", "th", "lo", "my", "km", "yue"]);

/**
 * Reads what whisper.cpp 1.5 writes with `--output-json-full`. A word is the tokens from one that starts with a space to
 * the next; its probability is the geometric mean of its tokens', so that long words are not punished for their length.
 * The writer is lax: it copies bytes, so that a token can be a part of a letter, and leaves control characters and nan
 * as they are. Hence bytes in, not text.
 * @throws Error when it is not that format.
 */
export function parseWhisperOutput(bytes: Buffer): WhisperOutput {
  const parsed = output.parse(JSON.parse(repaired(bytes.toString("latin1"))));
  const language = parsed.result.language;
  return {
    language,
    segments: parsed.transcription.map((segment) => ({
      startMs: segment.offsets.from,
      endMs: segment.offsets.to,
      text: utf8(segment.text).trim(),
      words: wordsOf(segment.tokens, language, segment.offsets),
    })),
  };
}

function wordsOf(tokens: readonly Token[], language: string, whole: { from: number; to: number }): Word[] {
  const groups: Token[][] = [];
  for (const token of tokens) {
    if (/^(?:\[_.*\]|<\|.*\|>)$/u.test(token.text)) continue;
    const last = groups.at(-1);
    const starts = token.text.startsWith(" ") || (unspaced.has(language) && isWhole(last));
    if (last === undefined || starts) groups.push([token]);
    else last.push(token);
  }
  return groups.flatMap((group) => {
    const text = utf8(group.map((token) => token.text).join("")).trim();
    if (text === "") return [];
    const timed = group.flatMap((token) => token.offsets ?? []);
    const logs = group.reduce((sum, token) => sum + Math.log(Math.max(token.p, 1e-10)), 0);
    return {
      text,
      startMs: timed[0]?.from ?? whole.from,
      endMs: timed.at(-1)?.to ?? whole.to,
      probability: Math.min(1, Math.exp(logs / group.length)),
    };
  });
}

function isWhole(group: readonly Token[] | undefined): boolean {
  return group === undefined || !utf8(group.map((token) => token.text).join("")).includes("\ufffd");
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}

/** Escapes control characters inside strings, and writes 0 for a number that is none. */
function repaired(text: string): string {
  let inside = false;
  let result = "";
  for (let index = 0; index < text.length; index++) {
    const letter = text.charAt(index);
    if (inside && letter === "\\") {
      result += letter + text.charAt(++index);
      continue;
    }
    if (letter === '"') inside = !inside;
    const control = inside && letter < " ";
    result += control ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}` : letter;
  }
  return result.replace(/"p": -?(?:nan|inf)/giu, '"p": 0');
}
