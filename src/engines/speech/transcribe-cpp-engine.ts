import { basename } from "node:path";
import {
  type Backend,
  type BackendInfo,
  getAvailableBackends,
  type Session,
  TranscribeModel,
  version,
} from "transcribe-cpp";
import { IndoorsError, messageOf, throwIfCancelled } from "../../shared/errors.ts";
import type { Device, DeviceChoice } from "../../shared/model.ts";
import { pcmSampleRate } from "../../shared/speech.ts";
import type { Loaded, LoadRequest, TranscribeAnswer, TranscribeRequest } from "./engine-messages.ts";
import { padded, readWindow, toFloat32 } from "./pcm-window.ts";

/** Below a second Whisper has little to go by and tends to answer with nothing or with a stock phrase. */
const shortestSamples = 1.2 * pcmSampleRate;

/**
 * Always the likeliest word. Decoding again at a higher temperature (Radford et al. 2022, section 4.5) made this engine
 * write nonsense after the end of the speech; what greedy decoding skips or repeats is caught by `src/speech`. The seed
 * is fixed: a window transcribed twice gives the same words, which resuming a job relies on.
 */
const whisperOptions = { temperature: 0, temperatureInc: 0, noSpeechThold: 0.6, seed: 1 } as const;

/** The devices the engine could compute on here. */
export function listDevices(): Device[] {
  return getAvailableBackends().flatMap((info) => toDevice(info) ?? []);
}

/** One loaded model with one session. Calls are made one after another: the library refuses two at a time. */
export class TranscribeCppEngine {
  readonly #model: TranscribeModel;
  readonly #session: Session;
  readonly loaded: Loaded;

  private constructor(model: TranscribeModel, session: Session, loaded: Loaded) {
    this.#model = model;
    this.#session = session;
    this.loaded = loaded;
  }

  /**
   * Loads a model on the device that was asked for, or on the CPU with a notice when that cannot be had.
   * @throws IndoorsError `model.missing`, `engine.failed`.
   */
  static async load({ modelPath, device, threads }: LoadRequest): Promise<TranscribeCppEngine> {
    const { model, why } = await loadOn(modelPath, device);
    const actual = toDevice(model.device) ?? { kind: "cpu", name: model.device.name, memoryBytes: 0 };
    const session = model.createSession({ nThreads: threads });
    const unwanted = device !== "auto" && actual.kind !== device;
    const notice = unwanted || why !== null ? fallbackNotice(device, actual, why) : null;
    return new TranscribeCppEngine(model, session, { engineVersion: version().version, device: actual, notice });
  }

  /**
   * Transcribes one window. Times are milliseconds from the start of the recording.
   * @throws IndoorsError `input.invalid` for a language the model does not know, `file.unreadable`, `engine.failed`, `cancelled`.
   */
  async transcribe(request: TranscribeRequest, signal: AbortSignal): Promise<TranscribeAnswer> {
    throwIfCancelled(signal);
    const language = this.#language(request.language);
    const pcm = toFloat32(padded(await readWindow(request.pcmPath, request), shortestSamples));
    throwIfCancelled(signal);
    const started = performance.now();
    const whisper = {
      kind: "whisper",
      ...whisperOptions,
      ...(request.prompt === "" ? {} : { initialPrompt: request.prompt }),
    } as const;
    try {
      const result = await this.#session.run(pcm, {
        signal,
        ...(language === undefined ? {} : { language }),
        timestamps: "auto",
        ...(this.#model.accepts(whisper) ? { family: whisper } : {}),
      });
      throwIfCancelled(signal);
      const offset = (request.start * 1000) / pcmSampleRate;
      const end = (request.end * 1000) / pcmSampleRate;
      const segments = result.segments.map((segment) => ({
        startMs: Math.min(end, offset + segment.t0Ms),
        endMs: Math.min(end, offset + segment.t1Ms),
        text: segment.text.trim(),
      }));
      // A model without times gives one text: the window is its time.
      const whole = segments.length === 0 && result.text.trim() !== "";
      return {
        segments: whole ? [{ startMs: offset, endMs: end, text: result.text.trim() }] : segments,
        language: result.language || language || "en",
        computeMs: performance.now() - started,
      };
    } catch (thrown) {
      if (signal.aborted) throw new IndoorsError("cancelled");
      if (thrown instanceof IndoorsError) throw thrown;
      throw new IndoorsError(
        "engine.failed",
        `Transcribing failed: transcribe-cpp reports "${messageOf(thrown)}". Try again, or choose another model.`,
      );
    }
  }

  dispose(): void {
    this.#session.dispose();
    this.#model.dispose();
  }

  /** What the library is told: undefined lets it detect, or leaves a model of one language alone. */
  #language(asked: string): string | undefined {
    const { languages, supportsLanguageDetect } = this.#model.capabilities;
    if (asked === "auto") return supportsLanguageDetect ? undefined : languages[0];
    if (languages.length === 0 || languages.includes(asked)) return asked;
    const known = languages.length <= 12 ? languages.join(", ") : `${languages.length} others`;
    throw new IndoorsError(
      "input.invalid",
      `Transcribing failed: this model does not know the language "${asked}". It knows: ${known}. Choose one of them, or another model.`,
    );
  }
}

async function loadOn(
  modelPath: string,
  choice: DeviceChoice,
): Promise<{ model: TranscribeModel; why: string | null }> {
  const backend: Backend = choice;
  try {
    return { model: await TranscribeModel.load(modelPath, { backend }), why: null };
  } catch (thrown) {
    if (choice === "cpu") throw loadError(modelPath, thrown);
    try {
      return { model: await TranscribeModel.load(modelPath, { backend: "cpu" }), why: messageOf(thrown) };
    } catch (again) {
      throw loadError(modelPath, again);
    }
  }
}

function loadError(modelPath: string, thrown: unknown): IndoorsError {
  return new IndoorsError(
    "engine.failed",
    `Loading the speech model failed: ${basename(modelPath)}. transcribe-cpp reports "${messageOf(thrown)}". Check the file with indoors models verify, or import it again.`,
  );
}

function fallbackNotice(asked: DeviceChoice, actual: Device, why: string | null): string {
  const reason = why === null ? "no such device was found" : `the engine reports "${why}"`;
  return `Speech runs on ${actual.kind} (${actual.name}) although ${asked} was asked for: ${reason}.`;
}

function toDevice(info: BackendInfo): Device | undefined {
  const kind = info.kind.toLowerCase();
  if (kind !== "cpu" && kind !== "vulkan" && kind !== "cuda" && kind !== "metal") return undefined;
  return { kind, name: info.description || info.name, memoryBytes: info.memoryTotal };
}
