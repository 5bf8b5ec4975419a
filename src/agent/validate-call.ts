import { isJsonOfSize, longestJson } from "../shared/argument-schema.ts";
import { assertNever } from "../shared/errors.ts";
import type { ArgumentSpec, ToolSpec } from "../shared/tool.ts";
import { withoutNulls } from "./json-subset.ts";
import { isIsoDay } from "./said-dates.ts";

export type ValidCall =
  | { readonly ok: true; readonly tool: ToolSpec; readonly arguments: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: string };

/**
 * Checks a call a model made against the argument types of the tools. Whether a path or a recording exists is for the
 * tool to say. Null counts as left out. The error is a sentence the model can act on.
 */
export function validateCall(tools: readonly ToolSpec[], name: string, given: unknown): ValidCall {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) {
    const names = tools.map((one) => one.name).join(", ");
    return { ok: false, error: `There is no tool '${name}'. The tools are: ${names}.` };
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return { ok: false, error: `The arguments of ${name} must be a JSON object.` };
  }
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(tool.arguments, key));
  if (unknown !== undefined) {
    const names = Object.keys(tool.arguments).join(", ") || "none";
    return { ok: false, error: `${name} has no argument '${unknown}'. Its arguments are: ${names}.` };
  }
  const checked: Record<string, unknown> = {};
  for (const [key, argument] of Object.entries(tool.arguments)) {
    const value = Object.hasOwn(given, key) ? (given as Record<string, unknown>)[key] : undefined;
    if (value === undefined || value === null) {
      if (argument.optional === true) continue;
      return { ok: false, error: `${name} needs '${key}': ${argument.description}` };
    }
    const fault = faultOf(argument, value);
    if (fault !== undefined) return { ok: false, error: `'${key}' of ${name} ${fault}.` };
    checked[key] = argument.kind === "json" ? withoutNulls(value, argument.schema) : value;
  }
  return { ok: true, tool, arguments: checked };
}

function faultOf(argument: ArgumentSpec, value: unknown): string | undefined {
  switch (argument.kind) {
    case "path":
    case "span":
    case "recording":
    case "column":
      return typeof value === "string" && value.trim() !== "" ? undefined : "must be a string that is not empty";
    case "text":
      if (typeof value !== "string" || value.trim() === "") return "must be a string that is not empty";
      return value.length > argument.maxLength ? `must be at most ${argument.maxLength} characters long` : undefined;
    case "date":
      return typeof value === "string" && isIsoDay(value) ? undefined : "must be a day that exists, such as 2026-11-23";
    case "choice":
      return argument.values.includes(value as string) ? undefined : `must be one of: ${argument.values.join(", ")}`;
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "number": {
      if (typeof value !== "number" || !Number.isFinite(value)) return "must be a number";
      if (argument.integer === true && !Number.isSafeInteger(value)) return "must be a whole number";
      if (argument.min !== undefined && value < argument.min) return `must be at least ${argument.min}`;
      if (argument.max !== undefined && value > argument.max) return `must be at most ${argument.max}`;
      return undefined;
    }
    case "list": {
      const type = argument.of === "number" ? "number" : "string";
      if (!Array.isArray(value) || value.length === 0) return `must be a list of ${type}s that is not empty`;
      // oxlint-disable-next-line valid-typeof
      return value.every((item) => typeof item === type) ? undefined : `must be a list of ${type}s`;
    }
    case "json":
      // Its schema is the server's; whoever sends it checks it against that.
      return isJsonOfSize(value) ? undefined : `must be JSON of at most ${longestJson} characters`;
    default:
      return assertNever(argument);
  }
}
