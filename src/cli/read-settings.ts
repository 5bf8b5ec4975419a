import type { SettingField, SettingValues } from "../shared/mcp.ts";
import { resolve } from "node:path";
import { UsageError } from "./command.ts";

/**
 * Settings as they are written on the command line, KEY=VALUE, as what their fields are; a field of several values is
 * written several times. Folders and files become absolute paths.
 * @throws UsageError
 */
export function readSettings(written: readonly string[], fields: readonly SettingField[]): SettingValues {
  const values: SettingValues = {};
  for (const text of written) {
    const at = text.indexOf("=");
    if (at < 1) throw new UsageError(`--set ${text}: write KEY=VALUE.`);
    const [key, value] = [text.slice(0, at), text.slice(at + 1)];
    const field = fields.find((one) => one.key === key);
    if (field === undefined) {
      throw new UsageError(
        `There is no setting '${key}'. There are: ${fields.map((one) => one.key).join(", ") || "none"}.`,
      );
    }
    const before = Object.hasOwn(values, key) ? values[key] : undefined;
    if (before !== undefined && !field.multiple) throw new UsageError(`--set ${key}: it takes one value.`);
    const read = valueOf(field, value);
    values[key] = field.multiple ? [...(Array.isArray(before) ? before : []), String(read)] : read;
  }
  return values;
}

function valueOf({ key, type }: SettingField, text: string): string | number | boolean {
  if (type === "directory" || type === "file") return resolve(text);
  if (type === "string") return text;
  if (type === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  throw new UsageError(`--set ${key}: it takes ${type === "number" ? "a number" : "true or false"}.`);
}
