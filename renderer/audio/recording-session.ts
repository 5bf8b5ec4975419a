import type { CaptureText } from "../../src/shared/capture.ts";
import { IndoorsError } from "../../src/shared/errors.ts";
import { PcmEncoder } from "../../src/shared/pcm-encoder.ts";
import type { Connection } from "../bridge/connection.ts";
import { CaptureSender } from "./capture-sender.ts";
import { levelOf, silence } from "./level.ts";
import { listen } from "./listen.ts";
import { type Microphone, MicrophoneError, type MicrophoneTrouble, openMicrophone } from "./microphone.ts";

export interface SessionOptions {
  readonly name: string | null;
  /** The microphone by its label; null: the system's. */
  readonly microphone: string | null;
  /** Text while it is recorded. */
  readonly live: boolean;
  readonly model: string | null;
  readonly language: string;
}

/** A recording under way, as a screen shows it. Times in milliseconds. */
export interface SessionState {
  readonly phase: "idle" | "starting" | "recording" | "paused" | "finishing";
  readonly captureId: string | null;
  readonly microphone: Microphone | null;
  /** Why it cannot begin, or was paused by itself. */
  readonly trouble: MicrophoneTrouble | "gone" | null;
  /** Sound so far, whether it is on disk or still on its way. */
  readonly elapsedMs: number;
  /** On its way to the disk. */
  readonly waitingMs: number;
  readonly lostMs: number;
  /** How long nobody was heard. */
  readonly silentMs: number;
  readonly live: boolean;
  readonly text: CaptureText | null;
  /** `elapsedMs` when that came: what was said since has no text either. */
  readonly textAtMs: number;
}

const idle: SessionState = {
  ...{ phase: "idle", captureId: null, microphone: null, trouble: null, live: false, text: null },
  ...{ elapsedMs: 0, waitingMs: 0, lostMs: 0, silentMs: 0, textAtMs: 0 },
};

/** Screens are told of new times no more often than this, in milliseconds. */
const tellEveryMs = 200;
/** How long the last samples may take to be written, in milliseconds. A full disk must not keep a recording open. */
const drainMs = 15_000;
/** A person who is heard is there: the idle clock of a kiosk is told so. */
const touchEveryMs = 5000;

/**
 * Records from the microphone: its sound goes to the shell, which writes it, as it comes. It belongs to the page, not to
 * a view: a recording goes on while another view is shown, and while the host is started again.
 */
export class RecordingSession {
  readonly #connection: Connection;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = idle;
  #options: SessionOptions | undefined;
  #sender: CaptureSender | undefined;
  #encoder = new PcmEncoder();
  #starting = new AbortController();
  #stopListening: (() => void) | undefined;
  #toldAt = 0;
  #touchedAt = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.onHost("capture.text", (text) => {
      if (text.id === this.#state.captureId) this.#set({ text, textAtMs: this.#times().elapsedMs });
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SessionState => this.#state;

  /** Opens the microphone, then begins. A microphone that cannot be opened is `trouble`. @throws IndoorsError of the host or the shell */
  async start(options: SessionOptions): Promise<void> {
    if (this.#state.phase !== "idle") return;
    this.#set({ ...idle, phase: "starting", live: options.live });
    this.#options = options;
    this.#starting = new AbortController();
    const { signal } = this.#starting;
    const microphone = await this.#open();
    if (microphone === null) return this.#set({ phase: "idle" });
    try {
      const { name, live, model, language } = options;
      const { id } = await this.#connection.host().call("captures.start", { name, live, model, language }, { signal });
      await this.#connection.shell.call("capture.open", { id });
      this.#sender = new CaptureSender({
        append: (samples) => this.#connection.shell.call("capture.append", { id, samples }),
      });
      this.#set({ captureId: id });
      if (signal.aborted) {
        await microphone.stop();
        return await this.discard();
      }
      await this.#hear(microphone);
    } catch (error) {
      await microphone.stop();
      this.#set(idle);
      throw error;
    }
  }

  /** Switches the microphone off; the recording stays open. */
  async pause(trouble: SessionState["trouble"] = null): Promise<void> {
    if (this.#state.phase !== "recording") return;
    this.#set({ phase: "paused", trouble });
    await this.#deafen();
  }

  /** Goes on, with the microphone that is there now. */
  async resume(label: string | null): Promise<void> {
    if (this.#state.phase !== "paused" || this.#options === undefined) return;
    this.#options = { ...this.#options, microphone: label };
    this.#starting = new AbortController();
    this.#set({ phase: "starting", trouble: null });
    const microphone = await this.#open();
    if (microphone !== null) return await this.#hear(microphone);
    this.#set({ phase: "paused" });
    // It was ended while the microphone was being opened.
    if (this.#starting.signal.aborted) await this.finish(false);
  }

  /**
   * Ends it and makes a recording of it. Waits for a host that is being started again. `lostMs`: sound that could not be
   * written. @throws IndoorsError of the host
   */
  async finish(transcribe: boolean): Promise<{ readonly transcriptId: string | null; readonly lostMs: number }> {
    const { captureId: id, phase } = this.#state;
    if (phase === "starting") this.#starting.abort();
    if (id === null || phase === "starting" || phase === "finishing") return { transcriptId: null, lostMs: 0 };
    this.#set({ phase: "finishing", trouble: null });
    try {
      await this.#deafen();
      await this.#sender?.drain(AbortSignal.timeout(drainMs)).catch(() => this.#sender?.dispose());
      const { waitingMs = 0, lostMs = 0 } = this.#sender ?? {};
      await this.#connection.shell.call("capture.close", { id });
      const { model = null, language = "auto" } = this.#options ?? {};
      const { transcriptId } = await this.#whileHostLives(() =>
        this.#connection.host().call("captures.finish", { id, transcribe: transcribe ? { model, language } : null }),
      );
      return { transcriptId, lostMs: waitingMs + lostMs };
    } finally {
      this.#set(idle);
    }
  }

  /** Ends it and deletes its sound. @throws IndoorsError of the host */
  async discard(): Promise<void> {
    const { captureId: id, phase } = this.#state;
    if (id === null || phase === "finishing") return;
    this.#set({ phase: "finishing", trouble: null });
    try {
      await this.#deafen();
      this.#sender?.dispose();
      await this.#connection.shell.call("capture.close", { id });
      await this.#whileHostLives(() => this.#connection.host().call("captures.discard", { id }));
    } finally {
      this.#set(idle);
    }
  }

  async #open(): Promise<Microphone | null> {
    try {
      return await openMicrophone(this.#options?.microphone ?? null, this.#starting.signal);
    } catch (error) {
      if (this.#starting.signal.aborted) return null;
      this.#set({ trouble: error instanceof MicrophoneError ? error.trouble : "busy" });
      return null;
    }
  }

  async #hear(microphone: Microphone): Promise<void> {
    microphone.onGone(() => void this.pause("gone"));
    const { sampleRate } = microphone.context;
    const stop = await listen(microphone, (block) => this.#take(block, sampleRate));
    this.#stopListening = () => {
      stop();
      void microphone.stop();
    };
    this.#set({ phase: "recording", microphone, silentMs: 0 });
  }

  /** Lets go of the microphone; the last samples go on their way. */
  async #deafen(): Promise<void> {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#sender?.push(this.#encoder.flush());
    this.#set({ microphone: null, ...this.#times() });
  }

  #take(block: Float32Array, sampleRate: number): void {
    this.#sender?.push(this.#encoder.push(sampleRate, [block]));
    const heard = levelOf(block).peak >= silence;
    const silentMs = heard ? 0 : this.#state.silentMs + (block.length / sampleRate) * 1000;
    const now = performance.now();
    if (heard && now - this.#touchedAt >= touchEveryMs) {
      this.#touchedAt = now;
      this.#connection.shell.call("kiosk.touch", {}).catch(() => {});
    }
    if (now - this.#toldAt < tellEveryMs) {
      this.#state = { ...this.#state, silentMs };
      return;
    }
    this.#toldAt = now;
    this.#set({ silentMs, ...this.#times() });
  }

  #times(): Pick<SessionState, "elapsedMs" | "waitingMs" | "lostMs"> {
    const { sentMs = 0, waitingMs = 0, lostMs = 0 } = this.#sender ?? {};
    return { elapsedMs: sentMs + waitingMs, waitingMs, lostMs };
  }

  async #whileHostLives<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof IndoorsError) || error.code !== "channel.closed") throw error;
        await this.#hostRuns();
      }
    }
  }

  async #hostRuns(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // A call that failed says so before the state does: the next life is waited for, or a second.
    const timer = setTimeout(resolve, 1000);
    const life = this.#connection.hostLife();
    const stop = this.#connection.onHostState(() => {
      if (this.#connection.hostLife() !== life) resolve();
    });
    await promise;
    clearTimeout(timer);
    stop();
  }

  #set(changes: Partial<SessionState>): void {
    if (changes.phase === "idle" && changes.captureId === null) {
      this.#sender?.dispose();
      this.#sender = undefined;
    }
    this.#state = { ...this.#state, ...changes };
    for (const listener of [...this.#listeners]) listener();
  }
}

const sessions = new WeakMap<Connection, RecordingSession>();

/** The one recording session of the page. */
export function recordingSession(connection: Connection): RecordingSession {
  const session = sessions.get(connection) ?? new RecordingSession(connection);
  sessions.set(connection, session);
  return session;
}
