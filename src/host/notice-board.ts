/** Sentences people should see. What is said while nobody listens is kept for the first who does. */
export class NoticeBoard {
  readonly #listeners = new Set<(text: string) => void>();
  #unheard: string[] = [];

  say(text: string): void {
    if (this.#listeners.size === 0) this.#unheard.push(text);
    for (const listener of this.#listeners) listener(text);
  }

  /** Returns the function that stops it. */
  listen(listener: (text: string) => void): () => void {
    this.#listeners.add(listener);
    for (const text of this.#unheard.splice(0)) listener(text);
    return () => this.#listeners.delete(listener);
  }
}
