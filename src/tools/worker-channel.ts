import { readSync, writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { type Channel, ChannelListeners } from "../shared/channel.ts";

/** How long a call runs before the worker listens again. Most calls have ended by then. */
const quietMs = 20;

/**
 * A worker's end of the line to its host: newline-delimited JSON on stdin and stdout, as `stdioChannel` at the other end.
 * Node's own streams for them are left alone until they are needed, since loading them takes a tenth of what a cold call
 * takes: `waitForCall` stops everything until the first line is there, which is the call.
 */
export function workerChannel(): Channel & { waitForCall(): void } {
  const listeners = new ChannelListeners();
  const decoder = new StringDecoder("utf8");
  let held = "";
  const receive = (bytes: Buffer) => {
    const lines = (held + decoder.write(bytes)).split("\n");
    held = lines.pop() ?? "";
    for (const line of lines) if (line !== "") listeners.receive(JSON.parse(line));
    return lines.length > 0;
  };
  const listen = () => {
    process.stdin.on("data", receive);
    process.stdin.on("close", () => listeners.end("the host is gone"));
    process.stdin.on("error", () => listeners.end("the host is gone"));
  };
  return {
    send(value) {
      if (!listeners.closed) writeAll(`${JSON.stringify(value)}\n`);
    },
    onMessage: (listener) => listeners.onMessage(listener),
    onClose: (closed) => listeners.onClose(closed),
    close: () => listeners.end("closed"),
    waitForCall() {
      const chunk = Buffer.alloc(65_536);
      for (;;) {
        const bytes = readSync(0, chunk);
        if (bytes === 0) return listeners.end("the host is gone");
        if (receive(chunk.subarray(0, bytes))) break;
      }
      setTimeout(listen, quietMs);
    },
  };
}

function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
}
