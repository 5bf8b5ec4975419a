import { createHash } from "node:crypto";
import type { DescribedTool, ServerToolEffect } from "../../shared/mcp.ts";
import { showHidden } from "../../shared/show-hidden.ts";
import type { ArgumentSpec, ToolArgument, ToolServer, ToolSpec } from "../../shared/tool.ts";

/** Longer ones fill a small model's view before anything was asked. */
const longestDescription = 400;
const longestArgumentDescription = 160;
const longestToolName = 64;
const mostArguments = 30;
const mostValues = 100;
const longestText = 20_000;
/** Resources that a call can name. */
const mostResources = 50;

/**
 * Names of arguments that hold something newly written. Any other text is one of the words that were said: a small model
 * that writes freely invents them.
 */
const written = /^(?:(?:new|old)_?text|contents?|body|code|script|sql|query|statement|html|markdown|thought|prompt)$/iu;

/** What agents and policies call a tool of a server. The same for the same names, whatever else the server lists. */
export function serverToolName(server: string, tool: string): string {
  const plain = tool.replaceAll(/[^a-zA-Z0-9_-]/gu, "_");
  const name = `${server}__${plain}`;
  if (plain === tool && name.length <= longestToolName) return name;
  // What was cut or replaced may be all that tells it from another one.
  const mark = createHash("sha256").update(tool).digest("hex").slice(0, 6);
  return `${name.slice(0, longestToolName - mark.length - 1)}-${mark}`;
}

/**
 * A tool of a server as agents see it: its description in one line and cut, with what hides in it made visible, and
 * each argument as what it is. Undefined when it demands an argument whose name no model could write.
 */
export function serverToolSpec(
  tool: DescribedTool,
  { server, effect }: { readonly server: ToolServer; readonly effect: ServerToolEffect },
): ToolSpec | undefined {
  const args = argumentsOf(tool.inputSchema);
  if (args === undefined) return undefined;
  const said = tool.description.trim() || tool.title?.trim() || tool.name;
  return {
    name: serverToolName(server.name, tool.name),
    description: oneLine(said, longestDescription),
    arguments: args,
    needs: ["server"],
    ...{ effect, server },
  };
}

/** The tool of ours by which agents read what a server offers besides tools. It is reviewed like the server's own. */
export const readResourceTool: DescribedTool = {
  name: "read_resource",
  title: null,
  description: "Reads one of the resources that this server offers.",
  inputSchema: { type: "object", properties: { uri: { type: "string" } }, required: ["uri"] },
  readOnlyHint: true,
  destructiveHint: false,
};

/** The same with the resources there are to choose from. Undefined when there are none. */
export function readResourceSpec(spec: ToolSpec, resources: readonly string[]): ToolSpec | undefined {
  const values = resources.filter(isPlainUri).slice(0, mostResources);
  if (values.length === 0) return undefined;
  return { ...spec, arguments: { uri: { kind: "choice", values, description: "Which resource." } } };
}

/** The server chose it, and nobody reviewed it: an address without room for a sentence. */
function isPlainUri(uri: string): boolean {
  return uri.length <= 200 && /^[a-z][a-z0-9+.-]*:[\w\-./~%:@!$&'()*+,;=?#[\]]+$/iu.test(uri);
}

type Schema = Readonly<Record<string, unknown>>;

function argumentsOf(schema: Schema): Record<string, ToolArgument> | undefined {
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const entries = Object.entries(properties);
  const usable = entries.filter(([name]) => isUsableName(name));
  const [demanded, others] = [true, false].map((is) => usable.filter(([name]) => required.has(name) === is));
  if (demanded === undefined || others === undefined || demanded.length > mostArguments) return undefined;
  if (entries.some(([name]) => required.has(name) && !isUsableName(name))) return undefined;
  const definitions = schema["$defs"] ?? schema["definitions"];
  const key = schema["$defs"] === undefined ? "definitions" : "$defs";
  return Object.fromEntries(
    [...demanded, ...others].slice(0, mostArguments).map(([name, property]) => {
      const part = isRecord(property) ? property : {};
      const spec = argumentOf(name, withoutNull(part));
      // References are looked up where the whole schema keeps them.
      const full =
        spec.kind === "json" && definitions !== undefined ? { ...spec.schema, [key]: definitions } : undefined;
      const description = oneLine(String(part["description"] ?? part["title"] ?? name), longestArgumentDescription);
      return [
        name,
        {
          ...(full === undefined ? spec : { kind: "json" as const, schema: full }),
          description,
          ...(required.has(name) ? {} : { optional: true }),
        },
      ];
    }),
  );
}

function argumentOf(name: string, part: Schema): ArgumentSpec {
  const { type } = part;
  const values = part["enum"];
  if (Array.isArray(values)) {
    const plain = values.filter((value) => typeof value === "string" && value !== "" && showHidden(value) === value);
    const whole = plain.length === values.length && values.length > 0 && values.length <= mostValues;
    return whole ? { kind: "choice", values: plain as string[] } : { kind: "json", schema: part };
  }
  if (type === "boolean") return { kind: "boolean" };
  if (type === "number" || type === "integer") {
    const integer = type === "integer";
    const [min, max] = [numberOf(part["minimum"]), numberOf(part["maximum"])];
    return {
      kind: "number",
      ...{ integer },
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    };
  }
  if (type === "string") {
    if (part["format"] === "date") return { kind: "date" };
    if (part["const"] !== undefined) return { kind: "json", schema: part };
    const maxLength = Math.max(1, Math.min(numberOf(part["maxLength"]) ?? longestText, longestText));
    return written.test(name) ? { kind: "text", maxLength } : { kind: "span" };
  }
  if (type === "array" && isRecord(part["items"])) {
    const items = part["items"];
    const plain = items["enum"] === undefined && items["const"] === undefined && numberOf(part["minItems"]) !== 0;
    if (plain && items["type"] === "string") return { kind: "list", of: "span" };
    if (plain && (items["type"] === "number" || items["type"] === "integer")) return { kind: "list", of: "number" };
  }
  return { kind: "json", schema: part };
}

/** Of "this or null" the this: null is what a call leaves out anyway. */
function withoutNull(part: Schema): Schema {
  const union = part["anyOf"] ?? part["oneOf"];
  if (Array.isArray(union)) {
    const others = union.filter((option) => !(isRecord(option) && option["type"] === "null"));
    const [only] = others;
    return others.length === 1 && isRecord(only) ? only : part;
  }
  if (!Array.isArray(part["type"])) return part;
  const types = part["type"].filter((type) => type !== "null");
  return types.length === 1 ? { ...part, type: types[0] } : part;
}

function isUsableName(name: string): boolean {
  return /^[\w.$@-]{1,64}$/u.test(name) && name !== "__proto__";
}

function oneLine(text: string, most: number): string {
  const line = showHidden(
    text
      .slice(0, most * 4)
      .replaceAll(/\s+/gu, " ")
      .trim(),
  );
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function isRecord(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
