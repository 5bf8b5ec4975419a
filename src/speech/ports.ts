import type { Segment, Span } from "../shared/speech.ts";

/** What the transcription pipeline needs of the world. The host implements these; tests script them. */

export interface DecodedAudio {
  /** 16 kHz mono s16le, no header. */
  readonly pcmPath: string;
  readonly durationMs: number;
}

export interface AudioDecoder {
  /** Rejects with `file.unreadable`, `audio.undecodable`, `audio.decoder-missing`, `cancelled`. */
  decode(path: string, signal: AbortSignal, onProgress: (share: number) => void): Promise<DecodedAudio>;
}

export interface VoiceActivity {
  /** Speech in the recording, in order, without overlap. */
  findSpeech(audio: DecodedAudio, signal: AbortSignal, onProgress: (share: number) => void): Promise<readonly Span[]>;
}

/** Reads audio energy where a window must be cut without a pause. */
export interface EnergyReader {
  /** Root mean square per frame of `frameSamples` samples over the span, 0 to 1. */
  energy(audio: DecodedAudio, span: Span, frameSamples: number): Promise<readonly number[]>;
}

export interface WindowRequest {
  readonly audio: DecodedAudio;
  readonly window: Span;
  readonly language: string;
  readonly prompt: string;
}

export interface SpeechEngine {
  /** Transcribes one window of at most 30 s. Times are milliseconds from the start of the recording. */
  transcribe(
    request: WindowRequest,
    signal: AbortSignal,
  ): Promise<{ readonly segments: readonly Segment[]; readonly language: string }>;
}

/** Where to go on: the index of the next window and the end of what is committed. Stored with the segments. */
export interface TranscriptionCursor {
  readonly nextWindow: number;
  readonly doneMs: number;
}

export interface TranscriptSink {
  /** Stores the segments of one window and the cursor in one transaction. */
  commit(segments: readonly Segment[], cursor: TranscriptionCursor): Promise<void>;
}
