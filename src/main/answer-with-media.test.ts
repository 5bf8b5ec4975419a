import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { answerWithMedia, mediaId } from "./answer-with-media.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-media-"));
afterAll(() => rmSync(folder, { recursive: true }));
const talk = join(folder, "talk.wav");
const content = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251));
writeFileSync(talk, content);
writeFileSync(join(folder, "empty.mp3"), "");

const never = new AbortController().signal;
const ask = (range: string | null, path = talk, method = "GET", signal = never) =>
  answerWithMedia({ method, headers: new Headers(range === null ? {} : { range }), signal }, "r1", async (id) => {
    expect(id).toBe("r1");
    return path;
  });

describe("addresses", () => {
  it.each([
    ["app://indoors/media/0192-abc_D", "0192-abc_D"],
    ["app://indoors/media/r1?t=3", "r1"],
    ["app://indoors/media/", null],
    ["app://indoors/media/a/b", null],
    ["app://indoors/media/..%2fx", null],
    ["app://indoors/media/a%20b", null],
    ["app://indoors/media/a.b", null],
    ["app://decoder/media/r1", null],
    ["https://indoors/media/r1", null],
  ])("%s: %s", (address, id) => {
    expect(mediaId(address)).toBe(id);
  });
});

describe("answers", () => {
  it.each([
    [null, 200, 0, 1_000_000, null],
    ["bytes=0-", 206, 0, 1_000_000, "bytes 0-999999/1000000"],
    ["bytes=500000-", 206, 500_000, 1_000_000, "bytes 500000-999999/1000000"],
    ["bytes=10-19", 206, 10, 20, "bytes 10-19/1000000"],
    ["bytes=-5", 206, 999_995, 1_000_000, "bytes 999995-999999/1000000"],
  ])("%s", async (range, status, start, end, contentRange) => {
    const answer = await ask(range);
    expect([answer.status, answer.headers.get("content-range"), answer.headers.get("content-length")]).toEqual([
      status,
      contentRange,
      String(end - start),
    ]);
    expect(answer.headers.get("content-type")).toBe("audio/wav");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(Buffer.from(await answer.arrayBuffer()).equals(content.subarray(start, end))).toBe(true);
  });

  it("outside of the file is 416, and says how long it is", async () => {
    const answer = await ask("bytes=1000000-");
    expect([answer.status, answer.headers.get("content-range")]).toEqual([416, "bytes */1000000"]);
  });

  it("an empty file is empty", async () => {
    const answer = await ask(null, join(folder, "empty.mp3"));
    expect([answer.status, await answer.text(), answer.headers.get("content-type")]).toEqual([200, "", "audio/mpeg"]);
    expect((await ask("bytes=0-", join(folder, "empty.mp3"))).status).toBe(416);
  });

  it("what is not there, a folder or a pipe is 404; what does not read is 405", async () => {
    const pipe = join(folder, "pipe.wav");
    execFileSync("mkfifo", [pipe]);
    for (const path of [join(folder, "gone.wav"), folder, pipe]) expect((await ask(null, path)).status).toBe(404);
    for (const method of ["POST", "HEAD", "PUT"]) expect((await ask(null, talk, method)).status).toBe(405);
  });

  it("reads no more than is played, and closes the file when the player goes", async () => {
    const openFiles = () => readdirSync("/proc/self/fd").length;
    const before = openFiles();
    const gone = new AbortController();
    const answer = await ask(null, talk, "GET", gone.signal);
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.byteLength).toBeLessThanOrEqual(256 * 1024);
    expect(openFiles()).toBe(before + 1);
    await reader?.cancel();
    gone.abort();
    await expect.poll(openFiles).toBe(before);
  });
});
