import type { Device, DeviceChoice } from "../../shared/model.ts";
import type { Segment, Span } from "../../shared/speech.ts";

export interface LoadRequest {
  readonly modelPath: string;
  readonly device: DeviceChoice;
  readonly threads: number;
}

export interface Loaded {
  readonly engineVersion: string;
  readonly device: Device;
  /** In words why the device asked for could not be had; null when it could. */
  readonly notice: string | null;
}

export interface TranscribeRequest extends Span {
  readonly pcmPath: string;
  /** ISO 639-1 or "auto". */
  readonly language: string;
  readonly prompt: string;
}

export interface TranscribeAnswer {
  /** Milliseconds from the start of the recording. */
  readonly segments: Segment[];
  readonly language: string;
  readonly computeMs: number;
}
