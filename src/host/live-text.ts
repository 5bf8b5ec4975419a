import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { CaptureText } from "../shared/capture.ts";
import { IndoorsError } from "../shared/errors.ts";
import { pcmBytesPerSample, pcmSampleRate, type Segment, type Span } from "../shared/speech.ts";
import { stitchWindow } from "../speech/stitch.ts";
import { planWindows, type SpeechWindow } from "../speech/windows.ts";
import { headerBytes, soundBytes } from "./capture-files.ts";

/** What live text needs of the engines. Samples and milliseconds are counted from the start of the file. */
export interface LiveEngines {
  findSpeech(part: Span, signal: AbortSignal): Promise<readonly Span[]>;
  energy(span: Span, frameSamples: number): Promise<readonly number[]>;
  transcribe(
    window: Span,
    language: string,
    signal: AbortSignal,
  ): Promise<{ readonly segments: readonly Segment[]; readonly language: string }>;
  /** What to transcribe in: a code, or "auto". */
  readonly language: string;
  dispose(): Promise<void>;
}

export interface LiveTextOptions {
  readonly id: string;
  /** A WAV file of ours that grows. */
  readonly path: string;
  readonly openEngines: (signal: AbortSignal) => Promise<LiveEngines>;
  readonly onText: (text: CaptureText) => void;
  /** Told once, when there will be no more text. */
  readonly onFailure: (thrown: unknown) => void;
}

const seconds = (count: number) => count * pcmSampleRate;
/** The header of the file, in samples: engines read the file as if it were nothing but samples. */
const headerSamples = headerBytes / pcmBytesPerSample;
/** A pause ends a window after this long, less twice the padding; a window without one is cut after 28 s. */
const limits = { longest: seconds(28), longestPause: seconds(0.4), padding: seconds(0.25) };
const pause = limits.longestPause + 2 * limits.padding;
/** As much is looked at in one go. */
const longestLook = seconds(60);
/** What was looked at and is silent, but may be the beginning of a word. */
const keptSilence = seconds(1);
/** Milliseconds from one tentative text to the next. */
const tentativeEveryMs = 2_000;
/** With more sound than this waiting, what is tentative has to wait: what is settled comes first. */
const behind = seconds(4);
/** Milliseconds from one look at what came to the next, and from one thought of it to the next. */
const lookEveryMs = 1_000;
const stepMs = 200;

/**
 * Writes down what is said while it is recorded. Sound up to the last pause is settled: transcribed once, for good. What
 * was said since then is tentative, and transcribed again every two seconds. One thing at a time: on a slow machine text
 * comes later and tentative text not at all, and `behindMs` says by how much.
 */
export class LiveText {
  readonly #options: LiveTextOptions;
  readonly #controller = new AbortController();
  readonly #settled: Segment[] = [];
  #tentative = "";
  #tentativeAt = -Infinity;
  /** Something was said that has no text yet, and no new sound is needed for it. */
  #waiting = false;
  /** In samples: what has its last word, what has any text, and what there is. */
  #settledTo = headerSamples;
  #writtenTo = headerSamples;
  #total = headerSamples;
  #language = "auto";
  #engines: LiveEngines | undefined;
  /** Resolves when nothing of it runs any more. */
  readonly ended: Promise<void>;

  constructor(options: LiveTextOptions) {
    this.#options = options;
    this.ended = this.#run();
  }

  /** Stops at once; nothing is told any more. */
  stop(): void {
    this.#controller.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#controller;
    const { openEngines, onFailure } = this.#options;
    try {
      const engines = await unlessAborted(openEngines(signal), signal);
      this.#engines = engines;
      this.#language = engines.language;
      for (let lookedTo = headerSamples, lookedAt = -Infinity; !signal.aborted;) {
        const total = await this.#measure();
        const more = total - lookedTo > longestLook;
        const due = performance.now() - lookedAt >= lookEveryMs;
        if (!more && !(due && (total > lookedTo || this.#waiting))) {
          await sleep(stepMs, undefined, { signal });
          continue;
        }
        lookedAt = performance.now();
        lookedTo = Math.min(total, this.#settledTo + longestLook);
        await this.#look(engines, { start: this.#settledTo, end: lookedTo });
      }
    } catch (thrown) {
      if (!signal.aborted) onFailure(thrown);
    } finally {
      await this.#engines?.dispose();
    }
  }

  async #look(engines: LiveEngines, part: Span): Promise<void> {
    const { signal } = this.#controller;
    const spans = await engines.findSpeech(part, signal);
    const windows = await planWindows(
      spans,
      part.end,
      (span, frameSamples) => engines.energy(span, frameSamples),
      limits,
    );
    let open = windows.at(-1);
    this.#waiting = false;
    if (open === undefined) return this.#hearNothing(part);
    const spoken = spans.at(-1)?.end ?? part.end;
    if (part.end - spoken >= pause) open = undefined;
    const closed = open === undefined ? windows : windows.slice(0, -1);
    for (const [index, window] of closed.entries()) {
      // After the last one there is silence, which waits for no text.
      const writtenTo = (open ?? closed[index + 1]) === undefined ? part.end : window.end;
      await this.#settle(engines, window, writtenTo);
    }
    await this.#measure();
    const due = performance.now() - this.#tentativeAt >= tentativeEveryMs && this.#total - part.end < behind;
    this.#waiting = open !== undefined && !due && open.end > this.#writtenTo;
    if (open !== undefined && due) await this.#guess(engines, open);
  }

  #hearNothing(part: Span): void {
    this.#settledTo = Math.max(this.#settledTo, part.end - keptSilence);
    this.#writtenTo = part.end;
    this.#tentative = "";
    this.#tell();
  }

  async #settle(engines: LiveEngines, window: SpeechWindow, writtenTo: number): Promise<void> {
    const { segments, language } = await this.#hear(engines, window);
    this.#settled.push(...segments);
    // The first words decide, so that the language does not change from sentence to sentence.
    if (segments.length > 0) this.#language = language;
    this.#settledTo = window.end;
    this.#writtenTo = writtenTo;
    this.#tentative = "";
    this.#tell();
  }

  async #guess(engines: LiveEngines, window: SpeechWindow): Promise<void> {
    const { segments } = await this.#hear(engines, window);
    this.#tentative = segments.map(({ text }) => text.trim()).join(" ");
    this.#tentativeAt = performance.now();
    this.#writtenTo = window.end;
    this.#tell();
  }

  /** Times of the segments are those of the recording. */
  async #hear(engines: LiveEngines, window: SpeechWindow): Promise<{ segments: Segment[]; language: string }> {
    // The padding may reach into what is settled.
    const from = { ...window, start: Math.max(window.start, this.#settledTo) };
    const answer = await engines.transcribe(
      { start: from.start, end: from.end },
      this.#language,
      this.#controller.signal,
    );
    const headerMs = (headerSamples * 1000) / pcmSampleRate;
    const segments = stitchWindow(answer.segments, from).map((segment) => ({
      ...segment,
      startMs: Math.max(0, Math.round(segment.startMs - headerMs)),
      endMs: Math.max(0, Math.round(segment.endMs - headerMs)),
    }));
    return { segments, language: answer.language };
  }

  async #measure(): Promise<number> {
    const { size } = await stat(this.#options.path);
    this.#total = headerSamples + soundBytes(size) / pcmBytesPerSample;
    return this.#total;
  }

  #tell(): void {
    if (this.#controller.signal.aborted) return;
    const behindMs = Math.max(0, Math.round(((this.#total - this.#writtenTo) * 1000) / pcmSampleRate));
    this.#options.onText({ id: this.#options.id, settled: [...this.#settled], tentative: this.#tentative, behindMs });
  }
}

/** Loading a model cannot be stopped. Whoever stopped does not wait for it: it is thrown away when it is there. */
async function unlessAborted(opening: Promise<LiveEngines>, signal: AbortSignal): Promise<LiveEngines> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => {
    reject(new IndoorsError("cancelled"));
    opening.then((engines) => engines.dispose()).catch(() => {});
  };
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([opening, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
