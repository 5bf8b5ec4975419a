import { assertNever } from "../shared/errors.ts";
import type { JsonSchema } from "../shared/llm-contract.ts";
import type { ArgumentSpec, ToolSpec } from "../shared/tool.ts";
import { jsonSubset } from "./json-subset.ts";

/** The longest free string a grammar may hold; longer repetitions make llama.cpp's grammars slow. */
const maxFreeString = 300;

/** The JSON Schema of one argument by its type alone, with nothing about what exists. */
export function argumentSchema(argument: ArgumentSpec): JsonSchema {
  switch (argument.kind) {
    case "path":
    case "span":
    case "recording":
    case "column":
      return { type: "string", maxLength: maxFreeString };
    case "text":
      return { type: "string", maxLength: Math.min(argument.maxLength, maxFreeString) };
    case "date":
      return { type: "string", maxLength: 10 };
    case "choice":
      return { enum: [...argument.values] };
    case "number":
      return { type: argument.integer === true ? "integer" : "number" };
    case "boolean":
      return { type: "boolean" };
    case "list":
      return { type: "array", items: listItemSchema(argument.of), minItems: 1, maxItems: 12 };
    case "json":
      return jsonSubset(argument.schema);
    default:
      return assertNever(argument);
  }
}

/** The same as `argumentSchema` for the items of a list. */
export function listItemSchema(of: "span" | "number" | "text"): JsonSchema {
  return of === "number" ? { type: "number" } : { type: "string", maxLength: maxFreeString };
}

/**
 * The parameters of a tool as a model with a tool template wants them: JSON Schema with descriptions. Grammars of
 * function calls demand every property, so an optional one may be null, which means left out.
 */
export function parametersSchema(tool: ToolSpec): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [name, argument] of Object.entries(tool.arguments)) {
    const schema =
      argument.kind === "json" ? jsonSubset(argument.schema, { nullable: true }) : argumentSchema(argument);
    properties[name] =
      argument.optional === true
        ? { oneOf: [schema, { type: "null" }], description: `${argument.description} Optional: null leaves it out.` }
        : { ...schema, description: argument.description };
  }
  return { type: "object", properties };
}
