import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScriptedModel } from "../../agent/testing/scripted-model.ts";
import { isRightAnswer } from "./bfcl-answer.ts";
import { readBfcl } from "./bfcl-cases.ts";
import { runBfcl } from "./bfcl.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-bfcl-"));
const realCases = resolve("../shared/data/docs/bfcl");
const there = existsSync(realCases);
if (!there) console.warn("skipped: ../shared/data is not here: the real BFCL files are not read");

const number = (description: string) => ({ type: "integer", description });
const area = {
  name: "geometry.area",
  description: "Area of a triangle.",
  parameters: {
    properties: { base: number("Base."), height: number("Height."), unit: { type: "string" } },
    required: ["base", "height"],
  },
};
const asked = (id: string, content: string, ...functions: unknown[]) => ({
  id,
  question: [[{ role: "user", content }]],
  function: functions,
});

beforeAll(async () => {
  const odd = { ...area, parameters: { properties: { what: { type: "dict" } }, required: [] } };
  const write = (file: string, lines: readonly unknown[]) =>
    writeFile(join(folder, file), lines.map((line) => JSON.stringify(line)).join("\n"));
  await mkdir(join(folder, "possible_answer"));
  await write("BFCL_v4_simple_python.json", [
    asked("s0", "Area with base 10 and height 5?", area),
    asked("s1", "Odd", odd),
  ]);
  await write("possible_answer/BFCL_v4_simple_python.json", [
    { id: "s0", ground_truth: [{ "geometry.area": { base: [10], height: [5], unit: ["units", ""] } }] },
    { id: "s1", ground_truth: [{ "geometry.area": { what: [{}] } }] },
  ]);
  await write("BFCL_v4_irrelevance.json", [asked("i0", "Who wrote 2 plays?", area)]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const call = (args: unknown) => JSON.stringify({ tool: "geometry.area", arguments: args });
const scores = (tool: number, answer: number) => ({ "geometry.area": tool, answer });

describe("runBfcl", () => {
  const options = { casesFolder: folder, limit: 10, seed: 1, signal: new AbortController().signal };

  it("asks every case in every way and counts what was right, wrong, and skipped", async () => {
    const model = new ScriptedModel({
      toolTemplate: false,
      turns: [
        { prompt: /base 10/u, reply: call({ base: 10, height: 7 }) },
        { prompt: /base 10/u, reply: call({ base: 5, height: 5 }) },
        { prompt: "N/A", scores: scores(-5, -1) },
        { prompt: "base 10", scores: scores(-2, -1) },
        {
          prompt: (_text, request) => JSON.stringify(request?.schema).includes('"base":{"enum":[10,5]}'),
          reply: call({ base: 10, height: 5 }),
        },
        { prompt: "Who wrote", reply: call({ base: 2, height: 2, unit: "plays" }) },
        { prompt: "Who wrote", reply: '{"answer": "Shakespeare"}' },
        // The prior for the same tool is remembered.
        { prompt: "Who wrote", scores: scores(-9, -1) },
        { prompt: "Who wrote", reply: "Shake", stop: "max-tokens" },
      ],
    });
    const progress: number[] = [];
    const report = await runBfcl({ ...options, model, onProgress: (done) => progress.push(done) });
    model.finish();
    expect(report.ways["free"]).toMatchObject({
      name: { right: 1, of: 1 },
      nameAndArguments: { right: 0, of: 1 },
      noCall: { right: 0, of: 1 },
    });
    expect(report.ways["constructed arguments"]).toMatchObject({
      name: { right: 1, of: 1 },
      nameAndArguments: { right: 0, of: 1 },
      noCall: { right: 1, of: 1 },
    });
    expect(report.ways["constructed"]).toMatchObject({
      name: { right: 1, of: 1 },
      nameAndArguments: { right: 1, of: 1 },
      noCall: { right: 1, of: 1 },
    });
    expect(report.wordsAlone).toEqual({ name: { right: 1, of: 1 }, noCall: { right: 1, of: 1 } });
    expect(report.skipped).toEqual({ dict: 1 });
    expect(report.available).toEqual({ calls: 1, irrelevance: 1 });
    expect(progress).toEqual([1, 2]);
  });

  it("counts a malformed reply as wrong, and a cut-off answer as no call", async () => {
    const model = new ScriptedModel({
      toolTemplate: false,
      turns: [
        { prompt: "", reply: "{" },
        { prompt: "", reply: "{" },
        { prompt: "N/A", scores: scores(-1, -1) },
        { prompt: "", scores: scores(-1, -9) },
        { prompt: "", reply: call({ base: 11, height: 5 }) },
        { prompt: "", reply: '{"answer": "Shake', stop: "max-tokens" },
        { prompt: "", reply: "{" },
        { prompt: "", scores: scores(-1, -9) },
        { prompt: "", reply: "?" },
      ],
    });
    const { ways } = await runBfcl({ ...options, model });
    expect(ways["free"]).toMatchObject({ name: { right: 0 }, noCall: { right: 1 }, malformed: 1 });
    expect(ways["constructed"]).toMatchObject({ noCall: { right: 0 }, malformed: 2 });
  });

  it("asks a model with a tool template in its own way too", async () => {
    const reply = call({ base: 1, height: 1 });
    const calls = [{ name: "geometry.area", arguments: { base: 10, height: 5, unit: null } }];
    const rated = { prompt: "", scores: scores(-1, -9) };
    const model = new ScriptedModel({
      toolTemplate: true,
      turns: [
        { prompt: "", reply },
        { prompt: "", reply },
        rated,
        rated,
        { prompt: "", reply },
        { prompt: (_text, request) => request?.tools?.[0]?.name === "geometry.area", reply: { calls } },
        { prompt: "", reply },
        { prompt: "", reply },
        rated,
        { prompt: "", reply },
        { prompt: "", reply: "Shakespeare." },
      ],
    });
    const { ways } = await runBfcl({ ...options, model });
    expect(ways["template"]).toMatchObject({ nameAndArguments: { right: 1, of: 1 }, noCall: { right: 1, of: 1 } });
  });

  it("names the folder that holds no cases", async () => {
    const model = new ScriptedModel({ toolTemplate: false, turns: [] });
    const run = runBfcl({ ...options, model, casesFolder: join(folder, "nothing") });
    await expect(run).rejects.toMatchObject({ code: "file.unreadable", message: expect.stringContaining("nothing") });
  });

  it("stops when cancelled", async () => {
    const controller = new AbortController();
    controller.abort();
    const model = new ScriptedModel({ toolTemplate: false, turns: [] });
    await expect(runBfcl({ ...options, model, signal: controller.signal })).rejects.toMatchObject({
      code: "cancelled",
    });
  });

  it.skipIf(!there)("reads the real files: every case is asked or counted as skipped", async () => {
    const { calls, irrelevance, skipped } = await readBfcl(realCases);
    const counted = Object.values(skipped).reduce((sum, count) => sum + count, 0);
    expect(calls.length + irrelevance.length + counted).toBe(640);
    expect(calls.length).toBeGreaterThan(380);
    // The right answers of the file are right by our checker: all arguments at their first possible value.
    for (const { answer = {} } of calls) {
      const first = Object.entries(answer).filter(([, values]) => values[0] !== "");
      expect(isRightAnswer(Object.fromEntries(first.map(([name, values]) => [name, values[0]])), answer)).toBe(true);
    }
  });
});

describe("a BFCL answer", () => {
  const possible = { city: ["New York, NY", "NYC"], days: [3], list: [["a", "B"]], unit: ["km", ""] };
  const right = { city: "new york ny", days: 3, list: ["A", "b"] };
  it.each([
    [right, true],
    [{ ...right, unit: "KM" }, true],
    [{ ...right, unit: "miles" }, false],
    [{ ...right, days: 4 }, false],
    [{ ...right, days: "3" }, false],
    [{ ...right, list: ["a"] }, false],
    [{ ...right, other: 1 }, false],
    [{ city: "NYC", days: 3 }, false],
  ])("%j: %s", (given, expected) => {
    expect(isRightAnswer(given, possible)).toBe(expected);
  });
});
