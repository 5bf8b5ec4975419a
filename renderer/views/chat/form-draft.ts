import type { FormField, FormValues } from "../../../src/shared/mcp.ts";

/** What is in a form now, as its fields hold it: a number is the words that were typed. */
export type FormDraft = Readonly<Record<string, string | boolean | readonly string[]>>;

/** What keeps a field from being sent. `count` is the limit that it is about, or 0. */
export interface FormFault {
  readonly what:
    | ("missing" | "number" | "integer" | "atLeast" | "atMost" | "longer" | "shorter" | "more" | "fewer")
    | ("email" | "uri" | "date" | "date-time");
  readonly count: number;
}

/** A form as it is first shown. */
export function draftOf(fields: readonly FormField[]): FormDraft {
  return Object.fromEntries(fields.map((field) => [field.key, firstValue(field)]));
}

function firstValue({ type, format, default: given }: FormField): FormDraft[string] {
  if (type === "boolean") return given === true;
  if (type === "choices") return Array.isArray(given) ? given : [];
  if (given === null || Array.isArray(given)) return "";
  return format === "date-time" ? localTime(String(given)) : String(given);
}

/** What is wrong, by field. Empty: it can be sent. */
export function faultsIn(fields: readonly FormField[], draft: FormDraft): ReadonlyMap<string, FormFault> {
  const faults = new Map<string, FormFault>();
  for (const field of fields) {
    const fault = faultOf(field, draft[field.key]);
    if (fault !== undefined) faults.set(field.key, fault);
  }
  return faults;
}

function faultOf(
  { type, format, required, min, max }: FormField,
  value: FormDraft[string] = "",
): FormFault | undefined {
  if (typeof value === "boolean") return undefined;
  if (value.length === 0) return required ? { what: "missing", count: 0 } : undefined;
  if (typeof value !== "string") {
    return outside(new Set(value).size, min, max, "more", "fewer");
  }
  if (type === "number" || type === "integer") {
    const number = numberOf(value);
    if (!Number.isFinite(number)) return { what: "number", count: 0 };
    if (type === "integer" && !Number.isSafeInteger(number)) return { what: "integer", count: 0 };
    return outside(number, min, max, "atLeast", "atMost");
  }
  if (type === "choice") return undefined;
  return outside([...value].length, min, max, "longer", "shorter") ?? formatFault(format, value);
}

function outside(
  count: number,
  min: number | null,
  max: number | null,
  below: FormFault["what"],
  above: FormFault["what"],
): FormFault | undefined {
  if (min !== null && count < min) return { what: below, count: min };
  if (max !== null && count > max) return { what: above, count: max };
  return undefined;
}

function formatFault(format: FormField["format"], value: string): FormFault | undefined {
  const fits =
    format === null ||
    (format === "email"
      ? /^[^\s@]+@[^\s@]+$/u.test(value)
      : format === "uri"
        ? URL.canParse(value)
        : !Number.isNaN(Date.parse(value)));
  return fits ? undefined : { what: format, count: 0 };
}

/** What is sent: a field that was left empty is not. */
export function valuesOf(fields: readonly FormField[], draft: FormDraft): FormValues {
  const sent: FormValues = {};
  for (const { key, type, format } of fields) {
    const value = draft[key] ?? "";
    if (typeof value === "boolean") sent[key] = value;
    else if (value.length === 0) continue;
    else if (typeof value !== "string") sent[key] = [...value];
    else if (type === "number" || type === "integer") sent[key] = numberOf(value);
    else sent[key] = format === "date-time" ? new Date(value).toISOString() : value;
  }
  return sent;
}

/** A number as people write it: with a comma or a point before its decimals. */
function numberOf(written: string): number {
  const plain = written.trim().replace(",", ".");
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(plain) ? Number(plain) : Number.NaN;
}

/** A time as a field for local time takes it: `2026-11-23T10:42`. Empty when it is none. */
function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
