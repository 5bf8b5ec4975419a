/**
 * A two-way pipe of JSON values between two processes, or two halves of one. Two functions and an end.
 * Values arrive in order and unchanged; nothing is promised about a value sent after `close`.
 */
export interface Channel {
  /** Sends one JSON value. Never throws: a closed channel drops it. */
  send(value: unknown): void;
  /** Called for every value that arrives. Returns the function that stops it. */
  onMessage(receive: (value: unknown) => void): () => void;
  /** Called once when the other side is gone, or at once if it already is. `reason` is for people. */
  onClose(closed: (reason: string) => void): () => void;
  /** Ends the channel from this side. */
  close(): void;
}

/** What a channel implementation needs to remember: who listens, and whether it is over. */
export class ChannelListeners {
  #receivers = new Set<(value: unknown) => void>();
  #closers = new Set<(reason: string) => void>();
  #closedBy: string | undefined;

  get closed(): boolean {
    return this.#closedBy !== undefined;
  }

  onMessage(receive: (value: unknown) => void): () => void {
    this.#receivers.add(receive);
    return () => this.#receivers.delete(receive);
  }

  onClose(closed: (reason: string) => void): () => void {
    if (this.#closedBy !== undefined) closed(this.#closedBy);
    else this.#closers.add(closed);
    return () => this.#closers.delete(closed);
  }

  receive(value: unknown): void {
    if (this.closed) return;
    for (const receive of [...this.#receivers]) receive(value);
  }

  end(reason: string): void {
    if (this.#closedBy !== undefined) return;
    this.#closedBy = reason;
    for (const closed of [...this.#closers]) closed(reason);
    this.#closers.clear();
    this.#receivers.clear();
  }
}
