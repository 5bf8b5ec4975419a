import type { SettingField, SettingValues } from "../../../src/shared/mcp.ts";

/** What a form begins with: the defaults of the manifest, as far as they are of the right type. */
export function defaultsOf(fields: readonly SettingField[]): SettingValues {
  return Object.fromEntries(
    fields.flatMap(({ key, type, multiple, default: given }): [string, SettingValues[string]][] => {
      // A path that somebody else chose would be a folder that nobody here did.
      if (type === "directory" || type === "file") return multiple ? [[key, []]] : [];
      if (type === "boolean") return [[key, given === true]];
      if (type === "number") return typeof given === "number" ? [[key, given]] : [];
      if (multiple) return [[key, Array.isArray(given) ? given.map(String) : []]];
      return typeof given === "string" ? [[key, given]] : [];
    }),
  );
}

/** Whether every field that must be filled in is. */
export function isComplete(fields: readonly SettingField[], values: SettingValues): boolean {
  return fields.every(({ key, required, min, max }) => {
    const value = values[key];
    if (typeof value === "number" && (value < (min ?? value) || value > (max ?? value))) return false;
    if (!required) return true;
    return value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
  });
}
