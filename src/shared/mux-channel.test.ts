import { expect, test } from "vitest";
import type { Channel } from "./channel.ts";
import { memoryChannelPair } from "./memory-channel.ts";
import { muxChannel } from "./mux-channel.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

function heardOn(channel: Channel): { values: unknown[]; closed: string[] } {
  const heard = { values: [] as unknown[], closed: [] as string[] };
  channel.onMessage((value) => heard.values.push(value));
  channel.onClose((reason) => heard.closed.push(reason));
  return heard;
}

test("each number is a channel of its own, both ways and in order", async () => {
  const [left, right] = memoryChannelPair();
  const [here, there] = [muxChannel(left), muxChannel(right)];
  const [one, two] = [heardOn(there.port(1)), heardOn(there.port(2))];
  const back = heardOn(here.port(2));
  here.port(1).send("a");
  here.port(2).send({ b: 1 });
  here.port(1).send("c");
  there.port(2).send(null);
  await settled();
  expect([one.values, two.values, back.values]).toEqual([["a", "c"], [{ b: 1 }], [null]]);
  expect(here.port(1)).toBe(here.port(1));
});

test("whoever asks for new numbers hears of each once, before its first value", async () => {
  const [left, right] = memoryChannelPair();
  const [here, there] = [muxChannel(left), muxChannel(right)];
  const opened: number[] = [];
  const heard: unknown[] = [];
  const stop = there.onPort((number, channel) => {
    opened.push(number);
    channel.onMessage((value) => heard.push([number, value]));
  });
  here.port(3).send("first");
  here.port(3).send("second");
  here.port(1).send("third");
  await settled();
  expect(opened).toEqual([3, 1]);
  expect(heard).toEqual([
    [3, "first"],
    [3, "second"],
    [1, "third"],
  ]);
  stop();
  here.port(9).send("nobody asks");
  await settled();
  expect(opened).toEqual([3, 1]);
});

test("a port that is closed is closed on the other side alone, and its number can be used again", async () => {
  const [left, right] = memoryChannelPair();
  const [here, there] = [muxChannel(left), muxChannel(right)];
  const [one, two] = [heardOn(there.port(1)), heardOn(there.port(2))];
  here.port(1).close();
  here.port(1).send("anew, and nobody there listens on the old one");
  here.port(2).send("still here");
  await settled();
  expect(one).toEqual({ values: [], closed: ["the other side closed it"] });
  expect(two).toEqual({ values: ["still here"], closed: [] });
  const again = heardOn(there.port(1));
  here.port(1).send("again");
  await settled();
  expect(again.values).toEqual(["again"]);
});

test("when the channel ends, every port does, and one that is asked for later is over at once", async () => {
  const [left, right] = memoryChannelPair();
  const [here, there] = [muxChannel(left), muxChannel(right)];
  const heard = [heardOn(here.port(0)), heardOn(there.port(7))];
  left.close();
  await settled();
  expect(heard.map(({ closed }) => closed)).toEqual([["closed"], ["closed"]]);
  expect(heardOn(here.port(5)).closed).toEqual(["closed"]);
});

test("what is not of the form is dropped", async () => {
  const [left, right] = memoryChannelPair();
  const there = muxChannel(right);
  const opened: number[] = [];
  there.onPort((number) => opened.push(number));
  const heard = heardOn(there.port(1));
  for (const odd of [null, 3, "x", [], {}, { port: "1", value: 1 }, { port: 1.5, value: 1 }, { value: 1 }])
    left.send(odd);
  left.send({ port: 1, value: "the control" });
  await settled();
  expect(opened).toEqual([]);
  expect(heard).toEqual({ values: ["the control"], closed: [] });
});
