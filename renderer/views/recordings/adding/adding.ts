import { IndoorsError, messageOf } from "../../../../src/shared/errors.ts";
import type { SpeechEngineName } from "../../../../src/shared/speech.ts";
import type { Connection } from "../../../bridge/connection.ts";

/** How recordings are transcribed. */
export interface TranscriptionChoice {
  readonly engine: SpeechEngineName;
  /** By its name; null: the best there is. */
  readonly model: string | null;
  readonly language: string;
  /** Terms that are likely to be said. */
  readonly vocabulary: readonly string[];
}

/** Recordings being added: which, how many there are, and what could not be. */
export interface AddingState {
  readonly running: boolean;
  /** The one that is being read; null while files are looked for. */
  readonly path: string | null;
  readonly added: number;
  readonly total: number;
  /** Files that are no recordings. */
  readonly passedOver: number;
  readonly failures: readonly { readonly path: string; readonly why: string }[];
}

const nothing: AddingState = { running: false, path: null, added: 0, total: 0, passedOver: 0, failures: [] };
/** The shell takes so many at once. */
const mostPaths = 10_000;

/** Adds recordings one after the other. It belongs to the page: it goes on while another view is shown. */
export class Adding {
  readonly #connection: Connection;
  readonly #listeners = new Set<() => void>();
  #state = nothing;
  #stop = new AbortController();
  /** What is added later waits for what is being added. */
  #last: Promise<void> = Promise.resolve();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): AddingState => this.#state;

  /** Adds files and what is in folders. One that cannot be added is listed; the rest goes on. @throws IndoorsError of the shell */
  async add(paths: readonly string[], choice: TranscriptionChoice): Promise<void> {
    if (paths.length === 0) return;
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    try {
      await this.#add(paths.slice(0, mostPaths), choice);
    } finally {
      resolve();
    }
  }

  /** Stops after what was added so far. */
  cancel(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  /** Takes the result off the screen, and stops. */
  clear(): void {
    this.cancel();
    this.#set(nothing);
  }

  async #add(paths: readonly string[], choice: TranscriptionChoice): Promise<void> {
    const { signal } = this.#stop;
    this.#set({ ...nothing, running: true });
    try {
      const found = await this.#connection.shell.call("files.recordings", { paths: [...paths] }, { signal });
      this.#set({ ...this.#state, total: found.paths.length, passedOver: found.passedOver });
      for (const path of found.paths) {
        if (signal.aborted) return;
        this.#set({ ...this.#state, path });
        await this.#addOne(path, choice, signal);
      }
    } catch (error) {
      if (!(error instanceof IndoorsError) || error.code !== "cancelled") throw error;
    } finally {
      if (!signal.aborted || this.#state.running) this.#set({ ...this.#state, running: false, path: null });
    }
  }

  async #addOne(path: string, choice: TranscriptionChoice, signal: AbortSignal): Promise<void> {
    try {
      await this.#connection
        .host()
        .call(
          "transcriptions.start",
          { ...choice, path, vocabulary: [...choice.vocabulary], device: "auto", again: false },
          { signal },
        );
      this.#set({ ...this.#state, added: this.#state.added + 1 });
    } catch (error) {
      if (error instanceof IndoorsError && error.code === "cancelled") throw error;
      this.#set({ ...this.#state, failures: [...this.#state.failures, { path, why: messageOf(error) }] });
    }
  }

  #set(state: AddingState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

const all = new WeakMap<Connection, Adding>();

/** The one of the page. */
export function addingOf(connection: Connection): Adding {
  const adding = all.get(connection) ?? new Adding(connection);
  all.set(connection, adding);
  return adding;
}
