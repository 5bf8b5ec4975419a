import type { Readable } from "node:stream";

/**
 * The first line of a stream, as JSON; undefined when there is none, when it is no JSON, or longer than `mostBytes`.
 * Nothing is read after it. Ends with the stream: who opened it sets the deadline.
 */
export function readFirstLine(source: Readable, mostBytes: number): Promise<unknown> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let held = 0;
    const finish = (value: unknown) => {
      source.off("data", take);
      source.off("close", ended);
      source.off("end", ended);
      source.pause();
      resolve(value);
    };
    const ended = () => finish(undefined);
    const take = (piece: Buffer) => {
      const end = piece.indexOf(10);
      const part = end < 0 ? piece : piece.subarray(0, end);
      held += part.length;
      if (held > mostBytes) return finish(undefined);
      pieces.push(part);
      if (end < 0) return;
      try {
        finish(JSON.parse(Buffer.concat(pieces).toString("utf8")));
      } catch {
        finish(undefined);
      }
    };
    source.on("data", take);
    source.on("close", ended);
    source.on("end", ended);
  });
}
