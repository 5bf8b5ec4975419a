import type { MessagePortMain } from "electron";
import type { Channel } from "../shared/channel.ts";
import type { Server } from "../shared/contract.ts";
import type { WireError } from "../shared/errors.ts";
import type { shellContract } from "../shared/shell-contract.ts";
import type { CalledContract } from "./kiosk.ts";
import { largestMessage, messageSize } from "./message-size.ts";
import { type Form, plainForm, portChannel } from "./port-channel.ts";

export interface WindowRelayParts {
  /** A fresh channel to the host; closed already when there is none. */
  readonly openHostPort: () => Channel;
  readonly serveShell: (channel: Channel) => Server<typeof shellContract>;
  /** Whether the window may make a call: all of them, but in a kiosk. */
  readonly allows: (contract: CalledContract, method: string, params: unknown) => boolean;
  readonly onLog: (line: string) => void;
}

/**
 * What is between one window and the two that it talks to. Its page brings a message port for each; the port ends with
 * the page, so nothing of an old page ever reaches a new one. Messages pass as they are: each receiver validates.
 */
export class WindowRelay {
  readonly #parts: WindowRelayParts;
  readonly #open = new Map<CalledContract, () => void>();

  constructor(parts: WindowRelayParts) {
    this.#parts = parts;
  }

  /** Joins the page's port with the host or the shell, in place of the port that it brought before. */
  join(contract: CalledContract, port: MessagePortMain): void {
    this.#open.get(contract)?.();
    const page = portChannel(port, forms[contract], (value) => this.#faultOf(contract, value));
    const end = contract === "host" ? this.#joinHost(page) : this.#joinShell(page);
    this.#open.set(contract, end);
    page.onClose(end);
  }

  /** Ends both: the window is gone, or its page is. */
  close(): void {
    for (const end of [...this.#open.values()]) end();
    this.#open.clear();
  }

  #joinHost(page: Channel): () => void {
    const host = this.#parts.openHostPort();
    page.onMessage((value) => host.send(value));
    host.onMessage((value) => page.send(value));
    host.onClose(() => page.close());
    return () => {
      host.close();
      page.close();
    };
  }

  #joinShell(page: Channel): () => void {
    const server = this.#parts.serveShell(page);
    return () => {
      server.dispose();
      page.close();
    };
  }

  /** Why a message of the page goes no further, or null. */
  #faultOf(contract: CalledContract, value: unknown): WireError | null {
    const size = value === undefined ? null : messageSize(value);
    const refused = (code: WireError["code"], message: string) => {
      this.#parts.onLog(`refused a message to the ${contract}: ${message}`);
      return { code, message };
    };
    if (size === null) return refused("contract.invalid", "It is no message.");
    if (size > largestMessage) return refused("contract.invalid", "It is larger than a message may be.");
    const { method, params } = (value ?? {}) as { readonly method?: unknown; readonly params?: unknown };
    if (method === undefined || (typeof method === "string" && this.#parts.allows(contract, method, params))) {
      return null;
    }
    return refused("contract.unknown-method", `'${String(method).slice(0, 100)}' cannot be called from here.`);
  }
}

/** To the host as JSON text, to the shell, which also gets samples, as they are. */
const forms: Readonly<Record<CalledContract, Form>> = {
  host: {
    read(text) {
      try {
        return typeof text === "string" && text.length <= largestMessage ? JSON.parse(text) : undefined;
      } catch {
        return undefined;
      }
    },
    write: (value) => JSON.stringify(value),
  },
  shell: plainForm,
};
