import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "connector-command-"));
});
afterAll(async () => await rm(folder, { recursive: true }));

async function indoors(...words: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [main, "connector", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, INDOORS_DATA: join(folder, "data") },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  return await new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

it.each([
  ["a code that is none", ["enrol", "hello"], 3, /does not begin with INDOORS-/],
  ["no code", ["enrol"], 2, /Write `connector enrol CODE`/],
  ["a machine that is not enrolled", ["show"], 3, /not enrolled: .*connector\.json.*connectors enrol NAME/],
  ["to run without a server", ["run"], 2, /Say which server/],
  ["to run two servers", ["run", "--url", "http://127.0.0.1:1/", "--", "node"], 2, /One of them/],
  ["a server of another machine", ["run", "--url", "http://10.0.0.7/mcp"], 3, /loopback/],
  ["another word", ["stop"], 2, /connector enrol CODE/],
])("answers %s", async (_what, words, code, says) => {
  const ended = await indoors(...words);
  expect(ended.output).toMatch(says);
  expect(ended.code).toBe(code);
});

it("every way to write it begins with indoors connector", async () => {
  const { output } = await indoors("--help");
  for (const line of output.trimEnd().split("\n")) expect(line).toMatch(/^indoors connector (?:enrol|run|show) /);
});

it("makes no data folder", () => {
  expect(existsSync(join(folder, "data"))).toBe(false);
});
