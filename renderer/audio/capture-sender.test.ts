import { expect, it } from "vitest";
import { CaptureSender } from "./capture-sender.ts";

const second = 32_000;
const counted = (from: number, length: number) => Uint8Array.from({ length }, (_, index) => (from + index) % 251);

function file(isDown: () => boolean = () => false) {
  let written = new Uint8Array();
  const sizes: number[] = [];
  return {
    written: () => [...written],
    sizes,
    async append(samples: Uint8Array) {
      await Promise.resolve();
      if (isDown()) throw new Error("nobody is there");
      sizes.push(samples.length);
      written = Uint8Array.from([...written, ...samples]);
    },
  };
}

it("brings everything, in order, each once, though the other side is away for a while", async () => {
  let refusals = 5;
  const disk = file(() => refusals-- > 0);
  const sender = new CaptureSender({ ...disk, gatherMs: 1, retryMs: 2 });
  const all: number[] = [];
  for (let n = 0; n < 20; n++) {
    const part = counted(all.length, 1000 + n);
    all.push(...part);
    sender.push(part);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await sender.drain();
  expect(disk.written()).toEqual(all);
  expect(sender.sentMs).toBe((all.length / second) * 1000);
  expect(sender.waitingMs).toBe(0);
  expect(sender.lostMs).toBe(0);
});

it("sends at most ten seconds at once", async () => {
  const disk = file();
  const sender = new CaptureSender({ ...disk, gatherMs: 1 });
  sender.push(new Uint8Array(25 * second));
  await sender.drain();
  expect(disk.sizes).toEqual([10 * second, 10 * second, 5 * second]);
});

it("counts what no longer fits, and keeps what it has", async () => {
  let down = true;
  const disk = file(() => down);
  const sender = new CaptureSender({ ...disk, gatherMs: 1, retryMs: 1, keepMs: 3000 });
  for (let n = 0; n < 5; n++) sender.push(new Uint8Array(second));
  expect(sender.lostMs).toBe(2000);
  expect(sender.waitingMs).toBe(3000);
  down = false;
  await sender.drain();
  expect(disk.written().length).toBe(3 * second);
});

it("gives up waiting when it is told to, with the samples still there", async () => {
  const sender = new CaptureSender({ ...file(() => true), gatherMs: 1, retryMs: 1 });
  sender.push(new Uint8Array(second));
  await expect(sender.drain(AbortSignal.timeout(20))).rejects.toThrow();
  expect(sender.waitingMs).toBe(1000);
  sender.dispose();
});
