const newline = 0x0a;

/** Cuts a stream of bytes into lines, each at most so many bytes long. */
export class LineReader {
  readonly #longest: number;
  readonly #onLine: (line: Buffer) => void;
  #pieces: Buffer[] = [];
  #held = 0;

  constructor(longest: number, onLine: (line: Buffer) => void) {
    this.#longest = longest;
    this.#onLine = onLine;
  }

  /** @returns false when a line is longer than that. What follows is not read then; see `reset`. */
  read(chunk: Buffer): boolean {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      if (this.#held + end - start > this.#longest) return false;
      this.#pieces.push(chunk.subarray(start, end));
      const line = this.#pieces.length === 1 ? chunk.subarray(start, end) : Buffer.concat(this.#pieces);
      this.reset();
      start = end + 1;
      this.#onLine(line);
    }
    this.#held += chunk.length - start;
    if (this.#held > this.#longest) return false;
    if (start < chunk.length) this.#pieces.push(chunk.subarray(start));
    return true;
  }

  /** Forgets the beginning of a line. */
  reset(): void {
    this.#pieces = [];
    this.#held = 0;
  }
}
