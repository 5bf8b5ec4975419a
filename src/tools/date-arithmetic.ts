import { IndoorsError } from "../shared/errors.ts";
import { defineTool } from "./definition.ts";

/** Calendar arithmetic on days, without times or time zones. */
export const dateArithmetic = defineTool({
  spec: {
    name: "date_arithmetic",
    description:
      "Adds time to a date, subtracts it, counts the days between two dates, or tells the weekday of a date.",
    arguments: {
      operation: {
        kind: "choice",
        values: [
          "add days",
          "add weeks",
          "add months",
          "add years",
          "add business days",
          "subtract days",
          "subtract weeks",
          "subtract months",
          "subtract years",
          "subtract business days",
          "days between",
          "weekday",
        ],
        description: "What to work out.",
      },
      date: { kind: "date", description: "The date to begin with. Leave it out for today.", optional: true },
      amount: {
        kind: "number",
        integer: true,
        min: 0,
        max: 100_000,
        description: "How many to add or subtract.",
        optional: true,
      },
      until: {
        kind: "date",
        description: "The second date, for 'days between'. Leave it out for today.",
        optional: true,
      },
    },
    needs: [],
    effect: "read",
  },
  limits: { wallMs: 10_000, heapMb: 128, outputCharacters: 100_000 },
  // Names of days take longest the first time.
  prepare: async () => (await import("./calendar.ts")).weekday("2026-11-23"),
  async run({ operation, date, amount, until }, { today }) {
    // Loaded here, so that only the worker that needs it pays for it, and never the host that reads the spec.
    const { daysBetween, shiftDate, weekday } = await import("./calendar.ts");
    const from = date ?? today;
    if (operation === "weekday") {
      return { ok: true, text: `${from} is a ${weekday(from)}.`, data: { weekday: weekday(from) }, truncated: false };
    }
    if (operation === "days between") {
      const to = until ?? today;
      const { days, businessDays } = daysBetween(from, to);
      const text = `From ${from} (${weekday(from)}) to ${to} (${weekday(to)}): ${days} days, of them ${businessDays} business days (Monday to Friday; the last day is not counted).`;
      return { ok: true, text, data: { days, businessDays }, truncated: false };
    }
    if (amount === undefined) {
      throw new IndoorsError(
        "input.invalid",
        `'${operation}' needs the amount: how many to ${operation.split(" ")[0]}.`,
      );
    }
    const result = shiftDate(from, operation, amount);
    const [verb, ...unit] = operation.split(" ");
    const text = `${from} ${verb === "add" ? "plus" : "minus"} ${amount} ${unit.join(" ")} is ${result}, a ${weekday(result)}.`;
    return { ok: true, text, data: { date: result }, truncated: false };
  },
});
