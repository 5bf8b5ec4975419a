import { assertNever } from "../shared/errors.ts";
import type { ExportFormat, Segment, TranscriptOrigin } from "../shared/speech.ts";

/** A transcript as it is exported. Times are milliseconds from the start of the recording. */
export interface ExportedTranscript {
  readonly name: string;
  readonly durationMs: number;
  readonly language: string;
  readonly origin: TranscriptOrigin;
  readonly segments: readonly Segment[];
}

/**
 * Writes a transcript as text (one line per segment), SubRip (`.srt`), WebVTT (https://www.w3.org/TR/webvtt1/) or JSON
 * (`indoors-transcript`, version 1). The result ends with a newline.
 */
export function formatTranscript(transcript: ExportedTranscript, format: ExportFormat): string {
  switch (format) {
    case "txt":
      return lines(transcript.segments.map((segment) => oneLine(segment.text)));
    case "srt":
      return lines(
        transcript.segments.map(
          (segment, index) =>
            `${index + 1}\n${cueTimes(segment, ",")}\n${oneLine(segment.text).replaceAll("-->", "→")}\n`,
        ),
      );
    case "vtt":
      return lines([
        "WEBVTT\n",
        ...transcript.segments.map((segment) => `${cueTimes(segment, ".")}\n${escapeVtt(oneLine(segment.text))}\n`),
      ]);
    case "json":
      return `${JSON.stringify({ format: "indoors-transcript", version: 1, ...transcript }, null, 2)}\n`;
    default:
      return assertNever(format);
  }
}

function lines(parts: readonly string[]): string {
  return parts.map((part) => `${part}\n`).join("");
}

/** A cue must end after it starts; players drop one that does not. */
function cueTimes(segment: Segment, separator: "," | "."): string {
  const end = Math.max(Math.round(segment.endMs), Math.round(segment.startMs) + 1);
  return `${clockTime(segment.startMs, separator)} --> ${clockTime(end, separator)}`;
}

/** `HH:MM:SS,mmm`; hours take as many digits as they need. */
function clockTime(ms: number, separator: "," | "."): string {
  const whole = Math.max(0, Math.round(ms));
  const seconds = Math.floor(whole / 1000);
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${clock}${separator}${String(whole % 1000).padStart(3, "0")}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}

function escapeVtt(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
