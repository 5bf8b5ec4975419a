import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { padded, readWindow, toFloat32 } from "./pcm-window.ts";

it("reads one window of a PCM file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "indoors-window-"));
  try {
    const pcmPath = join(folder, "a.pcm");
    await writeFile(pcmPath, Buffer.from(Int16Array.from({ length: 1000 }, (_, index) => index - 500).buffer));
    const window = await readWindow(pcmPath, { start: 400, end: 600 });
    expect(window.length).toBe(400);
    expect(window.readInt16LE(0)).toBe(-100);
    expect([...toFloat32(window.subarray(0, 4))]).toEqual([-100 / 32_768, -99 / 32_768]);
    expect((await readWindow(pcmPath, { start: 900, end: 2000 })).length).toBe(200);
    for (const bad of [
      { start: 5, end: 5 },
      { start: 0, end: 480_001 },
      { start: -1, end: 4 },
    ]) {
      await expect(readWindow(pcmPath, bad)).rejects.toMatchObject({ code: "input.invalid" });
    }
    await expect(readWindow(join(folder, "b.pcm"), { start: 0, end: 5 })).rejects.toMatchObject({
      code: "file.unreadable",
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("pads with silence", () => {
  expect([...padded(Buffer.from([1, 2]), 3)]).toEqual([1, 2, 0, 0, 0, 0]);
  expect(padded(Buffer.alloc(8), 3).length).toBe(8);
});
