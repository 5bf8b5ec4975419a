import { z } from "zod";
import { assertNever } from "./errors.ts";
import type { ArgumentSpec, ToolArgument } from "./tool.ts";

const longestPath = 1024;
const longestSpan = 1000;
const longestName = 200;
const longestList = 100;
/** Of a structured argument, written as JSON, in UTF-16 units. */
export const longestJson = 100_000;

/**
 * A path as the model writes it: `<grant name>/<path>`. Whether it exists and stays inside the grant is for the worker
 * to find out; what can be refused by looking at the words is refused here.
 */
const grantPath = z
  .string()
  .min(1, "is empty")
  .max(longestPath, `is longer than ${longestPath} characters`)
  .refine((path) => !path.includes("\0"), "holds a NUL character")
  .refine((path) => !/^([/\\~]|[A-Za-z]:[/\\])/.test(path), "must begin with the name of a granted folder, not with /")
  .refine((path) => !path.split(/[/\\]/).includes(".."), "must not contain ..");

/** The shape of one argument. The messages complete the sentence "<argument> …" and are written for the model. */
export function argumentSchema(spec: ArgumentSpec): z.ZodType {
  switch (spec.kind) {
    case "path":
      return spec.of === "file"
        ? grantPath.refine((path) => !path.endsWith("/"), "must name a file, not a folder")
        : grantPath;
    case "span":
      return text(longestSpan);
    case "recording":
    case "column":
      return text(longestName);
    case "choice":
      return z.enum(spec.values, { error: `must be one of: ${spec.values.join(", ")}` });
    case "number": {
      const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = spec;
      const number = spec.integer ? z.int("must be a whole number") : z.number("must be a number");
      return number.min(min, `must be at least ${min}`).max(max, `must be at most ${max}`);
    }
    case "boolean":
      return z.boolean("must be true or false");
    case "date":
      return z.iso.date("must be a calendar day such as 2026-11-23");
    case "text":
      return text(spec.maxLength);
    case "list": {
      const item = spec.of === "number" ? z.number("must hold numbers only") : text(longestSpan);
      return z.array(item, "must be a list").max(longestList, `must have at most ${longestList} items`);
    }
    case "json":
      return z.unknown().refine(isJsonOfSize, `must be JSON of at most ${longestJson} characters`);
    default:
      return assertNever(spec);
  }
}

/** The shape of all arguments of a tool. Nothing undeclared passes; an optional one may be missing or null. */
export function argumentsSchema(specs: Readonly<Record<string, ToolArgument>>): z.ZodType<Record<string, unknown>> {
  const shape = Object.entries(specs).map(([name, spec]) => {
    const schema = argumentSchema(spec);
    return [name, spec.optional ? schema.nullish().transform((value) => value ?? undefined) : schema] as const;
  });
  return z.strictObject(Object.fromEntries(shape));
}

export type CheckedArguments =
  | { readonly ok: true; readonly arguments: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string };

/** Declarations are constants; making a schema takes longer than checking with it. */
const schemas = new WeakMap<object, ReturnType<typeof argumentsSchema>>();

/** Checks the arguments of a call against the tool's declaration. The message says in one line what is wrong. */
export function checkArguments(specs: Readonly<Record<string, ToolArgument>>, given: unknown): CheckedArguments {
  const schema = schemas.get(specs) ?? argumentsSchema(specs);
  schemas.set(specs, schema);
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, arguments: parsed.data };
  const known = Object.keys(specs).join(", ");
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path[0] === undefined ? undefined : String(issue.path[0]);
    if (issue.code === "unrecognized_keys") return `there is no argument ${issue.keys.join(", ")} (there is: ${known})`;
    if (name === undefined) return "the arguments must be an object";
    const missing = typeof given === "object" && given !== null && !Object.hasOwn(given, name);
    return missing ? `${name} is missing` : `${name} ${issue.message}`;
  });
  return { ok: false, message: `${[...new Set(problems)].join("; ")}.` };
}

/** Whether it is something JSON can say, and not too long. */
export function isJsonOfSize(value: unknown): boolean {
  try {
    const written = JSON.stringify(value) as string | undefined;
    return written !== undefined && written.length <= longestJson;
  } catch {
    return false;
  }
}

function text(maxLength: number) {
  return z.string("must be text").min(1, "is empty").max(maxLength, `is longer than ${maxLength} characters`);
}
