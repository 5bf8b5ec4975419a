import { IndoorsError } from "../shared/errors.ts";
import type { ElicitationAnswer, ElicitationRequest, FormField, FormValues } from "../shared/mcp.ts";
import { checkForm } from "../host/mcp/check-form.ts";
import { showHidden } from "../shared/show-hidden.ts";
import type { LineReader } from "./line-reader.ts";

/** What a server asks a person, as lines: nothing is shortened, and what could hide on a terminal is written out. */
export function describeForm({ server, message, fields }: ElicitationRequest): readonly string[] {
  return [
    `── The server ${server} asks you ${"─".repeat(30)}`,
    ...message.split("\n").map((line) => `  │ ${showHidden(line)}`),
    `What you enter goes to that server: ${fields.map(({ title }) => showHidden(title)).join(", ") || "nothing"}.`,
  ];
}

/**
 * Asks for each field on the terminal, again when it does not fit. An empty line leaves a field out, a dot alone
 * declines the form, and so does the end of the input.
 * @throws what `signal` was fired with
 */
export async function fillForm(
  request: ElicitationRequest,
  reader: Pick<LineReader, "next">,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<ElicitationAnswer> {
  say("Enter leaves a field out; a dot alone declines.");
  const values: FormValues = {};
  for (const field of request.fields) {
    for (;;) {
      say(questionFor(field));
      const line = await reader.next(signal);
      if (line === null || line.trim() === ".") return { action: "decline" };
      const value = line.trim() === "" ? (field.default ?? undefined) : readValue(field, line.trim());
      try {
        checkForm([field], value === undefined ? {} : { [field.key]: value });
      } catch (error) {
        if (!(error instanceof IndoorsError)) throw error;
        say(error.message);
        continue;
      }
      if (value !== undefined) values[field.key] = value;
      break;
    }
  }
  say("Send it? [y] yes  [n] no (also with Enter)");
  const sure = (await reader.next(signal))?.trim().toLowerCase();
  return sure === "y" || sure === "yes" ? { action: "accept", values } : { action: "decline" };
}

function questionFor(field: FormField): string {
  const { title, description, required, options, type } = field;
  const kinds = { string: "text", number: "a number", integer: "a whole number", boolean: "yes or no" } as const;
  const what =
    type === "choice" || type === "choices"
      ? `${type === "choice" ? "one" : "some, with commas"} of ${options.map(({ value, label }) => (value === label ? value : `${value} (${label})`)).join(", ")}`
      : (field.format ?? kinds[type]);
  const otherwise = field.default === null ? "" : `, otherwise ${JSON.stringify(field.default)}`;
  const more = description === "" ? "" : ` – ${description}`;
  return showHidden(`${title}${more} (${what}${required ? ", needed" : ""}${otherwise}):`);
}

/** What was typed, as what the field is. What cannot be that stays text, and is refused as such. */
function readValue({ type }: FormField, text: string): FormValues[string] {
  switch (type) {
    case "number":
    case "integer":
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case "boolean": {
      const word = text.toLowerCase();
      if (["yes", "y", "true"].includes(word)) return true;
      return ["no", "n", "false"].includes(word) ? false : text;
    }
    case "choices":
      return text.split(",").map((one) => one.trim());
    case "choice":
    case "string":
      return text;
  }
}
