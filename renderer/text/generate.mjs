// Writes messages.gen.d.ts: the key of every text with the arguments it takes, read from the English texts.
// Run it after changing a text: `npm run texts`. A test fails when it was forgotten.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, TYPE } from "@formatjs/icu-messageformat-parser";

const here = dirname(fileURLToPath(import.meta.url));

/**
 * The texts of a language by their keys.
 * @param {string} language
 * @returns {Record<string, string>}
 */
export function textsOf(language) {
  return JSON.parse(readFileSync(join(here, `${language}.json`), "utf8"));
}

/**
 * The arguments of an ICU message by name, with the type each has to have.
 * @param {string} message
 */
export function argumentsOf(message) {
  /** @type {Map<string, string>} */
  const found = new Map();
  /** @param {readonly import("@formatjs/icu-messageformat-parser").MessageFormatElement[]} elements */
  const walk = (elements) => {
    for (const element of elements) {
      if (element.type === TYPE.argument) found.set(element.value, found.get(element.value) ?? "string | number");
      else if (element.type === TYPE.number || element.type === TYPE.plural) found.set(element.value, "number");
      else if (element.type === TYPE.date || element.type === TYPE.time) found.set(element.value, "Date | number");
      else if (element.type === TYPE.select) found.set(element.value, "string");
      if (element.type === TYPE.plural || element.type === TYPE.select) {
        for (const { value } of Object.values(element.options)) walk(value);
      }
      if (element.type === TYPE.tag) walk(element.children);
    }
  };
  walk(parse(message));
  return found;
}

export function messagesFile() {
  const lines = Object.entries(textsOf("en")).map(([key, message]) => {
    const names = [...argumentsOf(message)].map(([name, type]) => `readonly ${name}: ${type}`);
    return `  ${JSON.stringify(key)}: ${names.length === 0 ? "undefined" : `{ ${names.join("; ")} }`};`;
  });
  return `// Made by generate.mjs from en.json. Do not edit.\nexport interface Messages {\n${lines.join("\n")}\n}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(here, "messages.gen.d.ts"), messagesFile());
