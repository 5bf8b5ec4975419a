import type { ElicitRequestFormParams, PrimitiveSchemaDefinition } from "@modelcontextprotocol/sdk/types.js";
import type { FormField } from "../../shared/mcp.ts";

const mostFields = 30;
const mostOptions = 200;
const longestKey = 128;
const longestText = 2000;

/**
 * The form that a server asks for, field by field.
 * @throws Error with a sentence for the server when it asks for more than a form can be.
 */
export function formFields({ properties, required = [] }: ElicitRequestFormParams["requestedSchema"]): FormField[] {
  const entries = Object.entries(properties);
  if (entries.length > mostFields) throw new Error(`A form has at most ${mostFields} fields.`);
  return entries.map(([key, schema]) => {
    if (key === "" || key.length > longestKey) throw new Error(`A field's name has at most ${longestKey} characters.`);
    const field = { ...plain, key, title: words(schema.title ?? key), required: required.includes(key) };
    return { ...field, description: words(schema.description ?? ""), ...ofKind(schema) };
  });
}

const plain = { format: null, options: [], default: null, min: null, max: null };

function ofKind(schema: PrimitiveSchemaDefinition): Pick<FormField, "type"> & Partial<FormField> {
  switch (schema.type) {
    case "boolean":
      return { type: "boolean", default: schema.default ?? null };
    case "number":
    case "integer":
      return {
        type: schema.type,
        default: schema.default ?? null,
        min: schema.minimum ?? null,
        max: schema.maximum ?? null,
      };
    case "array": {
      const { items, minItems = null, maxItems = null } = schema;
      const options = "enum" in items ? items.enum.map((value) => option(value)) : items.anyOf.map(titled);
      return { type: "choices", options: few(options), default: schema.default ?? null, min: minItems, max: maxItems };
    }
    case "string":
      break;
  }
  if ("oneOf" in schema)
    return { type: "choice", options: few(schema.oneOf.map(titled)), default: schema.default ?? null };
  if ("enum" in schema) {
    const names = "enumNames" in schema ? schema.enumNames : undefined;
    const options = few(schema.enum.map((value, index) => option(value, names?.[index])));
    return { type: "choice", options, default: schema.default ?? null };
  }
  const { format = null, minLength = null, maxLength = null, default: preset = null } = schema;
  return { type: "string", format, default: preset, min: minLength, max: maxLength };
}

const titled = ({ const: value, title }: { readonly const: string; readonly title: string }) => option(value, title);
const option = (value: string, label = value) => ({ value, label: words(label) });
const words = (text: string) => text.slice(0, longestText);

function few<T>(options: T[]): T[] {
  if (options.length === 0 || options.length > mostOptions)
    throw new Error(`A choice has 1 to ${mostOptions} options.`);
  return options;
}
