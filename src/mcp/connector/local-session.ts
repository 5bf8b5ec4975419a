/** One MCP session with the server on this machine, as JSON-RPC messages both ways. */
export interface LocalSession {
  send(message: unknown): void;
  /** Ends it. Resolves when nothing of it is left. */
  dispose(): Promise<void>;
}

export interface LocalEvents {
  readonly message: (message: unknown) => void;
  /** It ended by itself, or could not begin. Once, and nothing comes after it. */
  readonly ended: (reason: string) => void;
}

export type OpenLocal = (events: LocalEvents) => LocalSession;
