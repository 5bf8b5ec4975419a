import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const attempts = [
  "new Function('return 42')()",
  "Function('return 42')()",
  "eval('42')",
  "(0, eval)('42')",
  "globalThis.eval('42')",
  "(() => {}).constructor('return 42')()",
  "Function.prototype.constructor('return 42')()",
  "Object.getPrototypeOf(async () => {}).constructor('return 42')() && 42",
  "(function* () {}).constructor('return 42')().next().value",
  "(async function* () {}).constructor('return 42')() && 42",
];

/** Runs the attempts in a Node of their own. */
function tried(refuse: boolean): unknown {
  const script = `
    import { refuseEval } from ${JSON.stringify(new URL("./refuse-eval.ts", import.meta.url).href)};
    if (${refuse}) refuseEval();
    const said = (attempt) => { try { return attempt(); } catch (error) { return error.name; } };
    console.log(JSON.stringify([${attempts.map((attempt) => `said(() => ${attempt})`).join()}]));
    if (!((() => {}) instanceof Function) || typeof Function.prototype.call !== "function") console.log("broken");`;
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }));
}

it("every way to make code of a string works without it, and none with it", () => {
  expect(tried(false)).toEqual(attempts.map(() => 42));
  expect(tried(true)).toEqual(attempts.map(() => "EvalError"));
});
