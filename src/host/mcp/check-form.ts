import { IndoorsError } from "../../shared/errors.ts";
import type { FormField, FormValues } from "../../shared/mcp.ts";
import { showHidden } from "../../shared/show-hidden.ts";

const longestValue = 20_000;

/**
 * The values of a form as they may be sent: those of its fields, each checked, nothing for a field left empty.
 * @throws IndoorsError `input.invalid` naming the first field that does not fit
 */
export function checkForm(fields: readonly FormField[], values: FormValues): FormValues {
  const unknown = Object.keys(values).find((key) => !fields.some((field) => field.key === key));
  if (unknown !== undefined) throw invalid(unknown, "the form has no such field");
  const checked: FormValues = {};
  for (const field of fields) {
    const value = Object.hasOwn(values, field.key) ? values[field.key] : undefined;
    if (value === undefined || value === "") {
      if (field.required) throw invalid(field.title, "it must be filled in");
      continue;
    }
    const fault = faultOf(field, value);
    if (fault !== undefined) throw invalid(field.title, fault);
    checked[field.key] = value;
  }
  return checked;
}

function faultOf(field: FormField, value: FormValues[string]): string | undefined {
  const { type, min, max } = field;
  const options = field.options.map((option) => option.value);
  switch (type) {
    case "boolean":
      return typeof value === "boolean" ? undefined : "it is yes or no";
    case "number":
    case "integer": {
      if (typeof value !== "number" || !Number.isFinite(value)) return "it must be a number";
      if (type === "integer" && !Number.isSafeInteger(value)) return "it must be a whole number";
      return outside(value, min, max, "it must be", "");
    }
    case "choice":
      return options.includes(value as string) ? undefined : `it must be one of ${options.join(", ")}`;
    case "choices": {
      if (!Array.isArray(value) || value.some((one) => !options.includes(one))) {
        return `it must be some of ${options.join(", ")}`;
      }
      if (new Set(value).size < value.length) return "each can be chosen once";
      return outside(value.length, min, max, "choose", "");
    }
    case "string": {
      if (typeof value !== "string") return "it must be text";
      const length = [...value].length;
      if (length > longestValue) return `it must be at most ${longestValue} characters long`;
      return outside(length, min, max, "it must be", " characters long") ?? formatFault(field.format, value);
    }
  }
}

function outside(
  count: number,
  min: number | null,
  max: number | null,
  begin: string,
  end: string,
): string | undefined {
  if (min !== null && count < min) return `${begin} at least ${min}${end}`;
  if (max !== null && count > max) return `${begin} at most ${max}${end}`;
  return undefined;
}

function formatFault(format: FormField["format"], value: string): string | undefined {
  switch (format) {
    case "email":
      return /^[^\s@]+@[^\s@]+$/u.test(value) ? undefined : "it must be an e-mail address, such as ann@example.com";
    case "uri":
      return URL.canParse(value) ? undefined : "it must be an address, such as https://example.com";
    case "date":
      return isDay(value) ? undefined : "it must be a day, such as 2026-11-23";
    case "date-time": {
      const whole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/u.test(value);
      const fits = whole && isDay(value.slice(0, 10)) && !Number.isNaN(Date.parse(value));
      return fits ? undefined : "it must be a day and a time, such as 2026-11-23T14:30:00Z";
    }
    case null:
      return undefined;
  }
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function invalid(field: string, why: string): IndoorsError {
  return new IndoorsError("input.invalid", `The form was not sent: ${showHidden(field)}: ${why}.`, { field });
}
