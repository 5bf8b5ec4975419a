import { pcmSampleRate, type Segment } from "../shared/speech.ts";
import { collapseLoops } from "./repetition.ts";
import type { SpeechWindow } from "./windows.ts";

/** What an engine writes for sounds that are not speech: `[Music]`, `(wind blowing)`, `*sighs*`, `♪ …`. */
const annotation = /\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|<\|[^|]*\|>|♪[^♪]*♪?|[♪♫]+/gu;
const annotationOnly = new RegExp(`^(?:${annotation.source}|[\\s.,!?…-])*$`, "u");
const knownAnnotation =
  /[[(*]\s*(?:blank[_ ]audio|inaudible|silence|no (?:audio|speech|sound)|music(?: playing)?|upbeat music|applause|laugh(?:ter|s|ing)?|noise|background noise|static|beep(?:ing)?|click(?:ing)?|cough(?:s|ing)?|sigh(?:s|ing)?|wind(?: blowing)?|foreign(?: language)?|speaking (?:in )?foreign language|speaking in [a-z ]+)\s*[\])*]/giu;

/**
 * What Whisper is known to write when it hears nothing, learned from the ends of videos. On its own outside detected
 * speech such a line is no evidence that somebody said it.
 */
const ghosts = new Set([
  "you",
  "thank you",
  "thank you very much",
  "thank you so much",
  "thanks",
  "thanks for watching",
  "thank you for watching",
  "thank you for listening",
  "please subscribe",
  "subscribe",
  "bye",
  "bye bye",
  "oh",
  "so",
  "okay",
  "the end",
  "untertitel der amara org community",
  "vielen dank",
  "gracias",
  "merci",
]);

/** A ghost line needs this much detected speech under it to be believed, milliseconds. */
const ghostSpeechMs = 200;

/**
 * Makes an engine's segments for one window ready to store: in order, inside the window, without overlap, without
 * annotations of sounds, without repetition loops, without stock phrases where no speech was found. It only removes and
 * clamps; it never adds a word. Windows are independent of each other, so a resumed run gives what an unbroken one gives.
 */
export function stitchWindow(raw: readonly Segment[], window: SpeechWindow): Segment[] {
  const startMs = toMs(window.start);
  const endMs = toMs(window.end);
  const kept: Segment[] = [];
  let floor = startMs;
  for (const segment of collapseLoops(raw)) {
    const text = cleanText(segment.text);
    if (text === "") continue;
    const from = clamp(segment.startMs, floor, endMs);
    const to = clamp(segment.endMs, from, endMs);
    if (isGhost(text) && speechWithin(window, from, to) < ghostSpeechMs) continue;
    const words = segment.words
      ?.filter((word) => cleanText(word.text) !== "")
      .map((word) => {
        const wordStart = clamp(word.startMs, from, to);
        return { ...word, startMs: wordStart, endMs: clamp(word.endMs, wordStart, to) };
      });
    kept.push({ startMs: from, endMs: to, text, ...(words === undefined ? {} : { words }) });
    floor = to;
  }
  return kept;
}

function cleanText(text: string): string {
  const trimmed = text.replace(/\s+/gu, " ").trim();
  if (annotationOnly.test(trimmed)) return "";
  return trimmed.replace(knownAnnotation, " ").replace(/\s+/gu, " ").trim();
}

function isGhost(text: string): boolean {
  return ghosts.has(
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim(),
  );
}

function speechWithin(window: SpeechWindow, fromMs: number, toMs_: number): number {
  return window.speech.reduce(
    (sum, span) => sum + Math.max(0, Math.min(toMs_, toMs(span.end)) - Math.max(fromMs, toMs(span.start))),
    0,
  );
}

function toMs(samples: number): number {
  return Math.round((samples * 1000) / pcmSampleRate);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
