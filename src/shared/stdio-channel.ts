import { type Channel, ChannelListeners } from "./channel.ts";

/** The part of a Node readable stream that is used here. */
export interface TextSource {
  setEncoding(encoding: "utf8"): unknown;
  on(event: "data", listener: (text: string) => void): unknown;
  on(event: "end" | "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** The part of a Node writable stream that is used here. */
export interface TextSink {
  write(text: string): boolean;
  end(): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export interface StdioChannelOptions {
  /** The longest line that is accepted, in UTF-16 units. A longer one closes the channel. Default 8 Mi. */
  readonly maxLine?: number;
}

/**
 * A channel of newline-delimited JSON over a pair of streams. It is what passes through a sandbox that leaves nothing
 * but stdio. A line that is not JSON arrives as `undefined`, which the contract refuses as invalid.
 */
export function stdioChannel(source: TextSource, sink: TextSink, options: StdioChannelOptions = {}): Channel {
  const maxLine = options.maxLine ?? 8 * 1024 * 1024;
  const listeners = new ChannelListeners();
  let pieces: string[] = [];
  let held = 0;
  source.setEncoding("utf8");
  source.on("data", (text) => {
    if (listeners.closed) return;
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      pieces.push(text.slice(start, end));
      const line = pieces.join("");
      pieces = [];
      held = 0;
      start = end + 1;
      if (line.length > maxLine) return listeners.end(`a line is longer than ${maxLine}`);
      if (line !== "") listeners.receive(parseJson(line));
    }
    pieces.push(text.slice(start));
    held += text.length - start;
    if (held > maxLine) listeners.end(`a line is longer than ${maxLine}`);
  });
  source.on("end", () => listeners.end("the stream ended"));
  source.on("close", () => listeners.end("the stream closed"));
  source.on("error", (error) => listeners.end(error.message));
  sink.on("error", (error) => listeners.end(error.message));
  return {
    send(value) {
      if (!listeners.closed) sink.write(`${JSON.stringify(value)}\n`);
    },
    onMessage: (receive) => listeners.onMessage(receive),
    onClose: (closed) => listeners.onClose(closed),
    close() {
      listeners.end("closed");
      sink.end();
    },
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
