import { createInterface, type Interface } from "node:readline";

/** Reads stdin line by line, from a terminal or a pipe, from when the first line is asked for or `open` is called. */
export class LineReader {
  #interface: Interface | undefined;
  readonly #lines: string[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  /** The next line, or null at the end of the input. @throws what `signal` was fired with */
  async next(signal: AbortSignal): Promise<string | null> {
    signal.throwIfAborted();
    this.open();
    const onAbort = () => this.#wake?.();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      while (this.#lines.length === 0 && !this.#ended) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        signal.throwIfAborted();
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    return this.#lines.shift() ?? null;
  }

  /** Lets stdin go, so that the process can end. */
  close(): void {
    this.#interface?.close();
    process.stdin.pause();
  }

  /** Drops what was typed and not asked for. */
  forget(): void {
    this.#lines.length = 0;
  }

  open(): void {
    if (this.#interface !== undefined) return;
    this.#interface = createInterface({ input: process.stdin, terminal: false });
    this.#interface.on("line", (line) => {
      this.#lines.push(line);
      this.#wake?.();
    });
    this.#interface.on("close", () => {
      this.#ended = true;
      this.#wake?.();
    });
  }
}
