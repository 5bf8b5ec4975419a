import { IndoorsError, throwIfCancelled } from "../shared/errors.ts";
import { pcmSampleRate, type Span } from "../shared/speech.ts";
import type {
  AudioDecoder,
  DecodedAudio,
  EnergyReader,
  SpeechEngine,
  TranscriptionCursor,
  TranscriptSink,
  VoiceActivity,
} from "./ports.ts";
import { stitchWindow } from "./stitch.ts";
import { uncoveredSpeech } from "./uncovered.ts";
import { planWindows, type SpeechWindow } from "./windows.ts";

export interface TranscriptionPorts {
  readonly decoder: AudioDecoder;
  readonly voiceActivity: VoiceActivity;
  readonly energy: EnergyReader;
  readonly engine: SpeechEngine;
  readonly sink: TranscriptSink;
}

export interface TranscriptionRequest {
  readonly path: string;
  /** ISO 639-1, or "auto": then the window with the most speech decides for the whole recording. */
  readonly language: string;
  /** From `vocabularyPrompt`; empty for none. */
  readonly prompt: string;
  /** Where an earlier run stopped; null for a fresh start. */
  readonly cursor: TranscriptionCursor | null;
}

/** `share` is 0 to 1 of the phase; for `transcribing` the milliseconds of audio are exact. */
export type TranscriptionProgress =
  | { readonly phase: "decoding" | "finding-speech"; readonly share: number }
  | { readonly phase: "transcribing"; readonly doneMs: number; readonly totalMs: number };

export interface TranscriptionOutcome {
  readonly durationMs: number;
  /** Milliseconds of audio that went through the engine; 0 when no speech was found. */
  readonly speechMs: number;
  readonly windows: number;
  /** What was asked for, or what was detected; "auto" when nothing was said. */
  readonly language: string;
}

/**
 * Transcribes a recording window by window: decode → find speech → windows → engine → stitch → commit. Every window is
 * one commit with its cursor; a run that is stopped at any point and resumed from the last cursor ends with the same
 * segments as an unbroken one, because windows depend on nothing but the audio.
 * @throws IndoorsError `cancelled`, and what the ports throw. What was committed before stays.
 */
export async function transcribeRecording(
  request: TranscriptionRequest,
  ports: TranscriptionPorts,
  signal: AbortSignal,
  onProgress: (progress: TranscriptionProgress) => void = () => {},
): Promise<TranscriptionOutcome> {
  const audio = await ports.decoder.decode(request.path, signal, (share) => onProgress({ phase: "decoding", share }));
  throwIfCancelled(signal);
  const spans = await ports.voiceActivity.findSpeech(audio, signal, (share) =>
    onProgress({ phase: "finding-speech", share }),
  );
  throwIfCancelled(signal);
  const windows = await planWindows(spans, toSamples(audio.durationMs), (span, frame) =>
    ports.energy.energy(audio, span, frame),
  );
  const first = request.cursor?.nextWindow ?? 0;
  if (first > windows.length) {
    throw new IndoorsError(
      "input.invalid",
      `Resuming the transcription failed: ${request.path}. The recording has changed since it was started. Start it again.`,
    );
  }
  const language = await decideLanguage(request, audio, windows, ports, signal);
  onProgress({ phase: "transcribing", doneMs: request.cursor?.doneMs ?? 0, totalMs: audio.durationMs });
  for (const [offset, window] of windows.slice(first).entries()) {
    throwIfCancelled(signal);
    const hear = async (part: SpeechWindow) => {
      const heard = { audio, window: bare(part), language, prompt: request.prompt };
      const answer = await ports.engine.transcribe(heard, signal);
      throwIfCancelled(signal);
      return stitchWindow(answer.segments, part);
    };
    const segments = await hear(window);
    // Whisper now and then steps over whole sentences of a long window. On their own it hears them.
    for (const passage of uncoveredSpeech(segments, window)) segments.push(...(await hear(passage)));
    segments.sort((one, other) => one.startMs - other.startMs);
    const cursor = { nextWindow: first + offset + 1, doneMs: toMs(window.end) };
    await ports.sink.commit(segments, cursor);
    onProgress({ phase: "transcribing", doneMs: cursor.doneMs, totalMs: audio.durationMs });
  }
  onProgress({ phase: "transcribing", doneMs: audio.durationMs, totalMs: audio.durationMs });
  return {
    durationMs: audio.durationMs,
    speechMs: toMs(windows.reduce((sum, window) => sum + window.end - window.start, 0)),
    windows: windows.length,
    language,
  };
}

/**
 * Short windows make a poor guess, and a guess per window can change in mid-sentence. One window decides for all; it
 * depends on the audio alone, so a resumed run decides the same.
 */
async function decideLanguage(
  request: TranscriptionRequest,
  audio: DecodedAudio,
  windows: readonly SpeechWindow[],
  ports: TranscriptionPorts,
  signal: AbortSignal,
): Promise<string> {
  const window = windows.reduce<SpeechWindow | undefined>(
    (best, next) => (best === undefined || speechIn(next) > speechIn(best) ? next : best),
    undefined,
  );
  if (request.language !== "auto" || window === undefined) return request.language;
  const { language } = await ports.engine.transcribe(
    { audio, window: bare(window), language: "auto", prompt: "" },
    signal,
  );
  throwIfCancelled(signal);
  return language;
}

function speechIn(window: SpeechWindow): number {
  return window.speech.reduce((sum, span) => sum + span.end - span.start, 0);
}

function bare(window: SpeechWindow): Span {
  return { start: window.start, end: window.end };
}

function toMs(samples: number): number {
  return Math.round((samples * 1000) / pcmSampleRate);
}

function toSamples(ms: number): number {
  return Math.round((ms * pcmSampleRate) / 1000);
}
