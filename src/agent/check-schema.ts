import type { JsonSchema } from "../shared/llm-contract.ts";

/**
 * Checks a parsed value against the subset of JSON Schema that becomes a grammar. A grammar held the model to it, but
 * grammars count lengths differently and let huge integers through, so it is checked again.
 * Returns the first thing that is wrong, in words, or undefined.
 */
export function checkSchema(value: unknown, schema: JsonSchema, where = "the reply"): string | undefined {
  if (Array.isArray(schema["oneOf"])) {
    const faults = (schema["oneOf"] as JsonSchema[]).map((option) => checkSchema(value, option, where));
    return faults.includes(undefined) ? undefined : `${where} has none of the allowed forms`;
  }
  if ("const" in schema) {
    return value === schema["const"] ? undefined : `${where} is not ${JSON.stringify(schema["const"])}`;
  }
  if (Array.isArray(schema["enum"])) {
    return (schema["enum"] as unknown[]).includes(value) ? undefined : `${where} is not one of the allowed values`;
  }
  switch (schema["type"]) {
    case "object":
      return checkObject(value, schema, where);
    case "array":
      return checkArray(value, schema, where);
    case "string": {
      if (typeof value !== "string") return `${where} is not a string`;
      const max = Number(schema["maxLength"] ?? Infinity);
      return [...value].length > max ? `${where} is longer than ${max} characters` : undefined;
    }
    case "integer":
      return Number.isSafeInteger(value) ? undefined : `${where} is not an integer`;
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? undefined : `${where} is not a number`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `${where} is not true or false`;
    case "null":
      return value === null ? undefined : `${where} is not null`;
    default:
      return `${where} has no schema`;
  }
}

function checkObject(value: unknown, schema: JsonSchema, where: string): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return `${where} is not an object`;
  const properties = (schema["properties"] ?? {}) as Record<string, JsonSchema>;
  const required = (schema["required"] as readonly string[] | undefined) ?? Object.keys(properties);
  for (const [name, property] of Object.entries(properties)) {
    if (!Object.hasOwn(value, name) && !required.includes(name)) continue;
    if (!Object.hasOwn(value, name)) return `${where} has no '${name}'`;
    const fault = checkSchema((value as Record<string, unknown>)[name], property, `'${name}'`);
    if (fault !== undefined) return fault;
  }
  const others = Object.entries(value).filter(([name]) => !Object.hasOwn(properties, name));
  const free = schema["additionalProperties"] as JsonSchema | undefined;
  if (free === undefined) return others[0] === undefined ? undefined : `${where} has an unknown '${others[0][0]}'`;
  return others.map(([name, item]) => checkSchema(item, free, `'${name}'`)).find((fault) => fault !== undefined);
}

function checkArray(value: unknown, schema: JsonSchema, where: string): string | undefined {
  if (!Array.isArray(value)) return `${where} is not a list`;
  if (value.length < Number(schema["minItems"] ?? 0)) return `${where} has too few items`;
  if (value.length > Number(schema["maxItems"] ?? Infinity)) return `${where} has too many items`;
  for (const item of value) {
    const fault = checkSchema(item, schema["items"] as JsonSchema, `an item of ${where}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
