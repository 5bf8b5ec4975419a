import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import type { ServerTransport } from "../session/serve-session.ts";

type Message = Readonly<Record<string, unknown>>;
/** What a server answers to a request; `undefined`: nothing. A thrown `{ code, message }` is an error. */
export type Answers = Readonly<Record<string, (params: Message, id: RequestId) => unknown>>;

/** A server in memory that answers as a table says. */
export class ScriptedServer implements ServerTransport {
  onmessage?: NonNullable<Transport["onmessage"]>;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  /** All that it was sent, in order. */
  readonly sent: Message[] = [];
  fault: string | null = null;
  closed = false;
  readonly #answers: Answers;

  constructor(answers: Answers = {}) {
    this.#answers = {
      initialize: (params) => ({
        protocolVersion: params["protocolVersion"],
        capabilities: { tools: {}, resources: {}, prompts: {} },
        serverInfo: { name: "scripted", version: "1" },
      }),
      ...answers,
    };
  }

  async start(): Promise<void> {}

  async send(message: JSONRPCMessage): Promise<void> {
    this.sent.push(message as unknown as Message);
    if (!("method" in message) || !("id" in message)) return;
    const { id, method, params = {} } = message;
    await Promise.resolve();
    try {
      const result = this.#answers[method]?.(params as Message, id);
      if (result !== undefined) this.say({ id, result });
    } catch (error) {
      this.say({ id, error });
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.onclose?.();
  }

  /** Sends anything, at any time. */
  say(message: Message): void {
    this.onmessage?.({ jsonrpc: "2.0", ...message } as unknown as JSONRPCMessage);
  }
}

/** A tool with the rest of a description. */
export const someTool = (more: Message = {}) => ({ name: "one", inputSchema: { type: "object" }, ...more });
