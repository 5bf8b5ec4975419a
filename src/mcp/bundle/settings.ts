import { realpath, stat } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";
import type { SettingField, SettingValues } from "../../shared/mcp.ts";
import { showHidden } from "../../shared/show-hidden.ts";
import type { Grant } from "../../shared/tool.ts";
import type { BundleManifest } from "./manifest.ts";

/** The questions of a bundle, in its order. It proposes no folder and no file: which it may see a person says. */
export function settingFields(manifest: BundleManifest): SettingField[] {
  return Object.entries(manifest.user_config ?? {}).map(([key, field]) => ({
    key,
    title: showHidden(field.title),
    description: showHidden(field.description),
    type: field.type,
    required: field.required ?? false,
    sensitive: field.sensitive ?? false,
    multiple: field.multiple ?? false,
    default: isPath(field) ? null : (field.default ?? null),
    min: field.min ?? null,
    max: field.max ?? null,
  }));
}

/**
 * The settings as they are kept: those that were given, checked, and the bundle's own where none was. Folders and files are
 * real paths then, and are there.
 * @throws IndoorsError `input.invalid` naming the setting, `file.unreadable`
 */
export async function settleSettings(manifest: BundleManifest, given: SettingValues): Promise<SettingValues> {
  const fields = settingFields(manifest);
  const unknown = Object.keys(given).find((key) => !fields.some((field) => field.key === key));
  if (unknown !== undefined) {
    const names = fields.map(({ key }) => key).join(", ") || "none";
    throw new IndoorsError("input.invalid", `There is no setting '${unknown}'. ${manifest.name} has: ${names}.`);
  }
  const settled: [string, SettingValues[string]][] = [];
  for (const field of fields) {
    const value = Object.hasOwn(given, field.key) ? given[field.key] : (field.default as SettingValues[string] | null);
    if (value === undefined || value === null || isEmpty(value)) {
      if (field.required) throw wrong(field, "It is needed. Give it a value.");
      continue;
    }
    settled.push([field.key, isPath(field) ? await realPaths(field, value) : checked(field, value)]);
  }
  return Object.fromEntries(settled);
}

/** The folders and files that settled settings name, as read-only grants. */
export function settingGrants(manifest: BundleManifest, settings: SettingValues): Grant[] {
  const paths = settingFields(manifest)
    .filter(isPath)
    .flatMap(({ key }) => (Object.hasOwn(settings, key) ? [settings[key]].flat() : []))
    .filter((path) => typeof path === "string");
  const names = new Set<string>();
  return [...new Set(paths)].map((path) => {
    const plain = basename(path).slice(0, 70) || "folder";
    let name = plain;
    for (let number = 2; names.has(name); number++) name = `${plain}-${number}`;
    names.add(name);
    return { name, path, mode: "ro" };
  });
}

function isPath(field: Pick<SettingField, "type">): boolean {
  return field.type === "directory" || field.type === "file";
}

function isEmpty(value: SettingValues[string]): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}

function checked(field: SettingField, value: SettingValues[string]): SettingValues[string] {
  if (Array.isArray(value)) {
    if (!field.multiple) throw wrong(field, "It takes one value.");
    if (field.type !== "string") throw wrong(field, `It takes a ${field.type}.`);
  } else if (typeof value !== field.type) {
    throw wrong(field, `It takes a ${field.type}.`);
  }
  if ([value].flat().some((one) => typeof one === "string" && one.includes("\0"))) {
    throw wrong(field, "It holds a character that no setting can have.");
  }
  const { min, max } = field;
  if (typeof value === "number" && (value < (min ?? -Infinity) || value > (max ?? Infinity))) {
    throw wrong(
      field,
      `It must be ${[min !== null && `at least ${min}`, max !== null && `at most ${max}`].filter(Boolean).join(" and ")}.`,
    );
  }
  return field.multiple && typeof value === "string" ? [value] : value;
}

async function realPaths(field: SettingField, value: SettingValues[string]): Promise<string | string[]> {
  const paths = [value].flat().map(String);
  if (paths.length > 1 && !field.multiple) throw wrong(field, `It takes one ${field.type}.`);
  const real = await Promise.all(
    paths.map(async (path) => {
      if (!isAbsolute(path)) throw wrong(field, `'${path}' is not an absolute path. Write the whole path.`);
      const found = await realpath(path).catch((error: Error) => {
        throw new IndoorsError(
          "file.unreadable",
          `${path} cannot be read: ${error.message}. Choose another ${field.type}.`,
        );
      });
      const folder = (await stat(found)).isDirectory();
      if (folder !== (field.type === "directory")) {
        throw wrong(field, `${path} is a ${folder ? "folder" : "file"}. Choose a ${folder ? "file" : "folder"}.`);
      }
      return found;
    }),
  );
  return field.multiple ? real : (real[0] ?? "");
}

function wrong(field: SettingField, why: string): IndoorsError {
  return new IndoorsError("input.invalid", `The setting '${field.key}' (${field.title}) cannot be used. ${why}`);
}
