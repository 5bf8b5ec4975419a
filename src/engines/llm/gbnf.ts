import { IndoorsError } from "../../shared/errors.ts";
import type { JsonSchema } from "../../shared/llm-contract.ts";

/**
 * The longest string, and the longest list, that is counted out in a grammar: llama.cpp refuses larger repetitions.
 * Beyond it the length is free, and whoever reads the text checks it.
 */
const largestRepetition = 1000;

/** Of an object whose keys are free. */
const longestKey = 60;
const mostFreeFields = 12;

const whitespaceAfterSign = "[ ]?";
const terminals = {
  char: String.raw`[^"\\\x7F\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})`,
  // No exponent and at most 15 digits: what is written is then always a number that JavaScript holds exactly.
  natural: `("0" | [1-9] [0-9]{0,14})`,
  boolean: `"true" | "false"`,
} as const;

/**
 * Writes the GBNF grammar (llama.cpp, grammars/README.md) of the compact JSON texts that a schema allows. Nothing
 * follows the value, so the model can only end there; one space may stand after `:` and `,`.
 * Known: type, const, enum, oneOf, anyOf, properties, required (default: all), additionalProperties as a schema where there
 * are no properties, items, minItems, maxItems, minLength, maxLength, and minimum >= 0. Other keywords bound nothing here: validate what comes back.
 * @throws IndoorsError `input.invalid` for a schema that allows no text or has an unknown type.
 */
export function toGbnf(schema: JsonSchema): string {
  const writer = new GbnfWriter();
  const root = writer.value(schema, "schema");
  return [
    `root ::= ${root}`,
    ...Object.entries(terminals).map(([name, body]) => `${name} ::= ${body}`),
    ...writer.rules,
    "",
  ].join("\n");
}

class GbnfWriter {
  readonly rules: string[] = [];

  #rule(body: string): string {
    const name = `r${this.rules.length}`;
    this.rules.push(`${name} ::= ${body}`);
    return name;
  }

  value(schema: unknown, where: string): string {
    if (!isRecord(schema)) throw refused(where, "is not an object");
    if (Object.hasOwn(schema, "const")) return literal(JSON.stringify(schema.const));
    if (Array.isArray(schema.enum)) return this.#oneOfTexts(schema.enum, where);
    const union = schema.oneOf ?? schema.anyOf;
    if (Array.isArray(union)) {
      if (union.length === 0) throw refused(where, "allows nothing");
      return this.#rule(union.map((each, index) => this.value(each, `${where}.oneOf[${index}]`)).join(" | "));
    }
    switch (schema.type) {
      case "object":
        return this.#object(schema, where);
      case "array":
        return this.#array(schema, where);
      case "string":
        return `"\\"" ${repeat("char", countOf(schema.minLength) ?? 0, countOf(schema.maxLength))} "\\""`;
      case "integer":
        return `${sign(schema)}natural`;
      case "number":
        return `${sign(schema)}natural ("." [0-9]{1,15})?`;
      case "boolean":
        return "boolean";
      case "null":
        return literal("null");
      default:
        throw refused(where, `has the type ${JSON.stringify(schema.type)}, which has no grammar`);
    }
  }

  #oneOfTexts(values: readonly unknown[], where: string): string {
    if (values.length === 0) throw refused(where, "allows nothing");
    return this.#rule(alternatives(values.map((value) => [...JSON.stringify(value)])));
  }

  #object(schema: Record<string, unknown>, where: string): string {
    const properties = Object.entries(isRecord(schema.properties) ? schema.properties : {});
    if (properties.length === 0 && isRecord(schema.additionalProperties)) {
      const field = this.#rule(
        `"\\"" ${repeat("char", 1, longestKey)} "\\":" ${whitespaceAfterSign} ${this.value(schema.additionalProperties, `${where}.additionalProperties`)}`,
      );
      return `"{" (${field} ${repeat(`("," ${whitespaceAfterSign} ${field})`, 0, mostFreeFields - 1)})? "}"`;
    }
    const required = Array.isArray(schema.required) ? new Set<unknown>(schema.required) : undefined;
    const fields = properties.map(([key, value]) => ({
      text: `${literal(`${JSON.stringify(key)}:`)} ${whitespaceAfterSign} ${this.value(value, `${where}.${key}`)}`,
      optional: required !== undefined && !required.has(key),
    }));
    // From the last field to the first: what may follow when a field was written before, and when none was.
    let afterSome = "";
    let afterNone = "";
    for (const field of fields.toReversed()) {
      const some = `"," ${whitespaceAfterSign} ${field.text} ${afterSome}`;
      const none = `${field.text} ${afterSome}`;
      if (field.optional) {
        afterNone = this.#rule(`${none} | ${orEmpty(afterNone)}`);
        afterSome = this.#rule(`${some} | ${orEmpty(afterSome)}`);
      } else {
        afterNone = this.#rule(none);
        afterSome = this.#rule(some);
      }
    }
    return `"{" ${afterNone} "}"`;
  }

  #array(schema: Record<string, unknown>, where: string): string {
    const item = this.#rule(this.value(schema.items, `${where}.items`));
    const least = countOf(schema.minItems) ?? 0;
    const most = countOf(schema.maxItems);
    if (most === 0) return literal("[]");
    const rest = repeat(`("," ${whitespaceAfterSign} ${item})`, Math.max(0, least - 1), most && most - 1);
    return least === 0 ? `"[" (${item} ${rest})? "]"` : `"[" ${item} ${rest} "]"`;
  }
}

/**
 * Alternatives as a tree of shared beginnings. A flat list of some hundred paths makes the grammar keep as many
 * stacks for every candidate token; the tree keeps one per branch that is still open.
 */
function alternatives(texts: readonly (readonly string[])[]): string {
  const groups = new Map<string, string[][]>();
  for (const text of texts) {
    const first = text[0] ?? "";
    const group = groups.get(first);
    if (group === undefined) groups.set(first, [[...text]]);
    else group.push([...text]);
  }
  return [...groups.values()].map(branch).join(" | ");
}

function branch(texts: readonly string[][]): string {
  const first = texts[0] ?? [];
  let shared = 0;
  while (shared < first.length && texts.every((text) => text[shared] === first[shared])) shared++;
  const head = literal(first.slice(0, shared).join(""));
  const tails = texts.map((text) => text.slice(shared));
  if (tails.every((tail) => tail.length === 0)) return head;
  return `${head} (${alternatives(tails)})`;
}

function literal(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', String.raw`\"`);
  return `"${escaped}"`;
}

function repeat(item: string, least: number, most: number | undefined): string {
  if (most === undefined || most > largestRepetition) return least === 0 ? `${item}*` : `${item}{${least},}`;
  return `${item}{${Math.min(least, most)},${most}}`;
}

function sign(schema: Record<string, unknown>): string {
  return typeof schema.minimum === "number" && schema.minimum >= 0 ? "" : `"-"? `;
}

function countOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
}

function orEmpty(rule: string): string {
  return rule === "" ? '""' : rule;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(where: string, why: string): IndoorsError {
  return new IndoorsError("input.invalid", `No grammar can be made: ${where} ${why}. Change that part of the schema.`);
}
