import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerDecoder, decoderFileOf, decoderPolicy } from "./decoder-page.ts";

describe("what the decoder's origin has", () => {
  it.each([
    ["app://decoder/decoder.html", "decoder.html"],
    ["app://decoder/assets/decoder-BPqKS0DL.js", "assets/decoder-BPqKS0DL.js"],
  ])("%s", (address, file) => expect(decoderFileOf(address)).toBe(file));

  it.each([
    "app://decoder/",
    "app://decoder/index.html",
    "app://decoder/assets/style.css",
    "app://decoder/assets/../decoder.html.js",
    "app://decoder/assets/..%2f..%2fpackage.js",
    "app://decoder/assets/%2e%2e/x.js",
    "app://decoder/assets/a/b.js",
    "app://decoder/assets/.hidden.js",
    "app://decoder/assets/a.js%00.html",
    "app://decoder/decoder.html?x",
    "app://decoder@evil/decoder.html",
    "app://user@decoder/decoder.html",
    "app://indoors/decoder.html",
    "app://decoder.example/decoder.html",
    "file:///decoder.html",
    "https://decoder/decoder.html",
    "ws://decoder/assets/a.js",
    "blob:app://decoder/decoder.html",
    "data:text/html,x",
    "nonsense",
  ])("not %s", (address) => expect(decoderFileOf(address)).toBeNull());
});

describe("the answers", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "decoder-page-"));
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "decoder.html"), "<p>");
    await writeFile(join(folder, "assets/a.js"), "1;");
    await writeFile(join(folder, "index.html"), "secret");
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  it("come with the policy and their type", async () => {
    for (const [path, type] of [
      ["decoder.html", "text/html; charset=utf-8"],
      ["assets/a.js", "text/javascript; charset=utf-8"],
    ] as const) {
      const { status, headers } = await answerDecoder(new Request(`app://decoder/${path}`), folder);
      expect([status, headers.get("content-type")]).toEqual([200, type]);
      expect(headers.get("content-security-policy")).toBe(decoderPolicy);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  it("are 404 for all else", async () => {
    for (const path of ["index.html", "assets/b.js"]) {
      expect((await answerDecoder(new Request(`app://decoder/${path}`), folder)).status).toBe(404);
    }
    const posted = new Request("app://decoder/decoder.html", { method: "POST" });
    expect((await answerDecoder(posted, folder)).status).toBe(404);
  });
});
