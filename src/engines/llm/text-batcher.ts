/** Gathers text that comes piece by piece and hands it on every `everyMs` milliseconds. `flush` hands on the rest. */
export class TextBatcher {
  readonly #send: (text: string) => void;
  readonly #everyMs: number;
  #held = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (text: string) => void, everyMs = 30) {
    this.#send = send;
    this.#everyMs = everyMs;
  }

  add(text: string): void {
    this.#held += text;
    if (this.#held !== "") this.#timer ??= setTimeout(() => this.flush(), this.#everyMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held === "") return;
    const text = this.#held;
    this.#held = "";
    this.#send(text);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
