import { defineTool } from "./definition.ts";
import { neutraliseLine } from "./neutralise.ts";

/** Arithmetic that a language model should not do in its head. */
export const calculate = defineTool({
  spec: {
    name: "calculate",
    description: "Works out an arithmetic expression, for example (1200 + 80) / 4 or 15% of 240.",
    arguments: {
      expression: {
        kind: "text",
        maxLength: 500,
        description: "Numbers with + - * / ^ % ( ) and functions such as sqrt, round, min, max, mean.",
      },
    },
    needs: [],
    effect: "read",
  },
  limits: { wallMs: 10_000, heapMb: 128, outputCharacters: 100_000 },
  // The library makes each of its functions at its first use.
  prepare: async () =>
    (await import("./expression.ts")).evaluate("15% of 240 + sqrt(2) ^ 2 - round(0.1, 2) / max(1, 2)"),
  async run({ expression }) {
    // Loaded here, so that only the worker that calculates pays for it, and never the host that reads the spec.
    const { evaluate } = await import("./expression.ts");
    const value = evaluate(expression);
    return { ok: true, text: `${neutraliseLine(expression.trim())} = ${value}`, data: { value }, truncated: false };
  },
});
