import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { stdioChannel } from "./stdio-channel.ts";

function open(maxLine?: number) {
  const [source, sink] = [new PassThrough(), new PassThrough()];
  const channel = stdioChannel(source, sink, maxLine === undefined ? {} : { maxLine });
  const received: unknown[] = [];
  const reasons: string[] = [];
  channel.onMessage((value) => received.push(value));
  channel.onClose((reason) => reasons.push(reason));
  return { source, sink, channel, received, reasons };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

describe("stdioChannel", () => {
  it("joins lines however the bytes are cut, inside a letter too", async () => {
    const { source, received } = open();
    const bytes = Buffer.from('{"a":"über"}\n\n[1]\nnull\n');
    for (const byte of bytes) source.write(Buffer.of(byte));
    await settled();
    expect(received).toEqual([{ a: "über" }, [1], null]);
  });

  it("gives undefined for a line that is not JSON, and goes on", async () => {
    const { source, received } = open();
    source.write("Segmentation fault\n{}\n");
    await settled();
    expect(received).toEqual([undefined, {}]);
  });

  it.each(["x".repeat(101), `${"x".repeat(101)}\n`])(
    "closes at a line that is too long and holds no more of it",
    async (text) => {
      const { source, channel, received, reasons } = open(100);
      source.write(text);
      await settled();
      expect(reasons).toEqual(["a line is longer than 100"]);
      source.write("1\n");
      channel.send({ late: true });
      await settled();
      expect(received).toEqual([]);
    },
  );

  it("takes a line of exactly the length", async () => {
    const { source, received, reasons } = open(5);
    source.write("12345\n");
    await settled();
    expect([received, reasons]).toEqual([[12345], []]);
  });

  it("writes one line per value, and ends with the stream", async () => {
    const { source, sink, channel, reasons } = open();
    channel.send({ text: "a\nb" });
    expect(sink.read()?.toString()).toBe('{"text":"a\\nb"}\n');
    source.end();
    await settled();
    expect(reasons).toEqual(["the stream ended"]);
  });
});
