import type { JsonSchema } from "../shared/llm-contract.ts";
import { oneLine } from "./frame.ts";

const deepest = 5;
/** Parts of one schema. Past that the rest is held to being a plain value. */
const mostParts = 80;
const mostProperties = 24;
const mostOptions = 8;
const mostValues = 100;
const mostItems = 12;
const longestText = 300;
const longestDescription = 200;

/** What a part becomes that says nothing, or more than a grammar can hold. */
const plainValue: JsonSchema = {
  oneOf: [{ type: "string", maxLength: longestText }, { type: "number" }, { type: "boolean" }],
};

/**
 * Somebody else's JSON Schema in the part of it that becomes a grammar (`JsonSchema` of the LLM contract), bounded in
 * depth and size. What cannot be said there is held more loosely: the value is checked against the whole schema later,
 * by whoever has it sent. `nullable`: a property that may be missing is there and may be null, for grammars that demand
 * every property; `withoutNulls` takes those out again.
 */
export function jsonSubset(schema: unknown, options: { readonly nullable: boolean } = { nullable: false }): JsonSchema {
  return new Subset(schema, options.nullable).of(schema, 0);
}

/** The value without the nulls that stand for properties left out. */
export function withoutNulls(value: unknown, schema: unknown): unknown {
  const own = isRecord(schema) ? schema : {};
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, own["items"]));
  if (!isRecord(value)) return value;
  const required = new Set(Array.isArray(own["required"]) ? own["required"] : []);
  const properties = isRecord(own["properties"]) ? own["properties"] : {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => item !== null || required.has(name))
      .map(([name, item]) => [name, withoutNulls(item, properties[name])]),
  );
}

class Subset {
  readonly #root: unknown;
  readonly #nullable: boolean;
  #parts = 0;

  constructor(root: unknown, nullable: boolean) {
    this.#root = root;
    this.#nullable = nullable;
  }

  of(part: unknown, depth: number): JsonSchema {
    if (++this.#parts > mostParts || depth > deepest || !isRecord(part)) return plainValue;
    const schema = this.#described(part, depth);
    const description = part["description"];
    if (typeof description !== "string" || description.trim() === "") return schema;
    return { ...schema, description: oneLine(description).slice(0, longestDescription) };
  }

  #described(part: Readonly<Record<string, unknown>>, depth: number): JsonSchema {
    if (typeof part["$ref"] === "string") return this.of(this.#target(part["$ref"]), depth + 1);
    const values = "const" in part ? [part["const"]] : part["enum"];
    if (Array.isArray(values)) return valuesOf(values);
    const union = part["oneOf"] ?? part["anyOf"];
    if (Array.isArray(union)) return this.#union(union, depth);
    const all = part["allOf"];
    if (Array.isArray(all) && all.length === 1) return this.of(all[0], depth + 1);
    if (Array.isArray(part["type"])) {
      return this.#union(
        part["type"].map((type) => ({ ...part, type, description: undefined })),
        depth,
      );
    }
    switch (part["type"] ?? ("properties" in part ? "object" : "items" in part ? "array" : undefined)) {
      case "object":
        return this.#object(part, depth);
      case "array":
        return this.#array(part, depth);
      case "string":
        return { type: "string", maxLength: Math.min(countOf(part["maxLength"]) ?? longestText, longestText) };
      case "integer":
        return { type: "integer" };
      case "number":
        return { type: "number" };
      case "boolean":
        return { type: "boolean" };
      case "null":
        return { type: "null" };
      default:
        return plainValue;
    }
  }

  #union(options: readonly unknown[], depth: number): JsonSchema {
    const [first, ...rest] = options.slice(0, mostOptions).map((option) => this.of(option, depth + 1));
    if (first === undefined) return plainValue;
    return rest.length === 0 ? first : { oneOf: [first, ...rest] };
  }

  #object(part: Readonly<Record<string, unknown>>, depth: number): JsonSchema {
    const demanded = new Set(Array.isArray(part["required"]) ? part["required"] : []);
    const given = isRecord(part["properties"]) ? part["properties"] : {};
    const named = Object.entries(given)
      // A name that does not show is none that a model should write.
      .filter(([name]) => name !== "" && oneLine(name) === name && name !== "__proto__")
      .toSorted(([one], [other]) => Number(demanded.has(other)) - Number(demanded.has(one)))
      .slice(0, mostProperties);
    if (named.length === 0) return { type: "object", properties: {}, additionalProperties: plainValue };
    const properties: Record<string, JsonSchema> = {};
    for (const [name, property] of named) {
      const schema = this.of(property, depth + 1);
      properties[name] = this.#nullable && !demanded.has(name) ? { oneOf: [schema, { type: "null" }] } : schema;
    }
    const required = named.map(([name]) => name).filter((name) => this.#nullable || demanded.has(name));
    return { type: "object", properties, required };
  }

  #array(part: Readonly<Record<string, unknown>>, depth: number): JsonSchema {
    const maxItems = Math.min(countOf(part["maxItems"]) ?? mostItems, mostItems);
    const minItems = Math.min(countOf(part["minItems"]) ?? 0, maxItems);
    return { type: "array", items: this.of(part["items"], depth + 1), minItems, maxItems };
  }

  /** Where a reference inside the same schema leads. Any other leads nowhere. */
  #target(reference: string): unknown {
    if (!reference.startsWith("#/")) return undefined;
    let found: unknown = this.#root;
    for (const step of reference.slice(2).split("/")) {
      const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
      found = isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
    return found;
  }
}

function valuesOf(values: readonly unknown[]): JsonSchema {
  const plain = values.filter((value) => value === null || ["string", "number", "boolean"].includes(typeof value));
  const short = plain.filter((value) => typeof value !== "string" || value.length <= longestText);
  return short.length === 0 ? plainValue : { enum: short.slice(0, mostValues) };
}

function countOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
