import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { answerWithAsset, assetName } from "./app-protocol.ts";

const root = mkdtempSync(join(tmpdir(), "indoors-app-protocol-"));
const folder = join(root, "renderer");
mkdirSync(join(folder, "assets"), { recursive: true });
writeFileSync(join(folder, "index.html"), "<!doctype html>");
writeFileSync(join(folder, "assets", "index-a_B.js"), "export {};");
writeFileSync(join(root, "secret.txt"), "secret");
afterAll(() => rmSync(root, { recursive: true }));

describe("addresses", () => {
  it.each([
    ["app://indoors/", "index.html"],
    ["app://indoors", "index.html"],
    ["app://indoors/index.html?view=chat#top", "index.html"],
    ["app://indoors/assets/index-a_B.js", "assets/index-a_B.js"],
    // A URL's own dots are gone before anybody sees them: these stay inside.
    ["app://indoors/../secret.txt", "secret.txt"],
    ["app://indoors/assets/%2e%2e/%2E%2E/secret.txt", "secret.txt"],
  ])("%s is %s", (address, name) => {
    expect(assetName(address)).toBe(name);
  });

  it.each([
    ...["app://indoors/..%2fsecret.txt", "app://indoors/..%2Fsecret.txt", "app://indoors/%2e%2e%2fsecret.txt"],
    ...["app://indoors/..%5csecret.txt", "app://indoors/..\\\\secret.txt\\x%5c", "app://indoors/%252e%252e/secret.txt"],
    ...["app://indoors/assets%00.js", "app://indoors/index.html%00", "app://indoors//etc/passwd", "app://indoors/.env"],
    ...[
      "app://indoors/assets/",
      "app://indoors/assets//index.js",
      "app://indoors/C:/Windows/win.ini",
      "app://indoors/a:b",
    ],
    ...[
      "app://indoors/index.html%20",
      "app://indoors/%69ndex.html",
      "app://indoors/ä",
      "app://indoors/a;b",
      "app://indoors/~",
    ],
    ...[
      "app://elsewhere/index.html",
      "app://indoors.example/",
      "https://indoors/index.html",
      "file:///etc/passwd",
      "",
      "x",
    ],
  ])("%s is nothing", (address) => {
    expect(assetName(address)).toBeNull();
  });
});

describe("answers", () => {
  const served = { origin: "app://indoors", folder, page: "index.html" };
  const ask = (path: string, method = "GET") => answerWithAsset({ url: `app://indoors/${path}`, method }, served);

  it("serves a file with its type and every header", async () => {
    const answer = await ask("");
    expect([answer.status, await answer.text()]).toEqual([200, "<!doctype html>"]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-length": "15",
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "content-security-policy": expect.stringContaining("default-src 'none'"),
    });
    expect((await ask("assets/index-a_B.js")).headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  });

  it("HEAD has the headers and no body", async () => {
    const answer = await ask("", "HEAD");
    expect([answer.status, answer.headers.get("content-length"), await answer.text()]).toEqual([200, "15", ""]);
  });

  it.each(["nothing.js", "assets", "../secret.txt", "..%2fsecret.txt", "assets/..%2f..%2fsecret.txt"])(
    "%s is 404, with the policy",
    async (path) => {
      const answer = await ask(path);
      expect([answer.status, await answer.text()]).toEqual([404, ""]);
      expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    },
  );

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "get"])("%s is 405", async (method) => {
    expect((await ask("", method)).status).toBe(405);
  });
});
