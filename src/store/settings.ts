import type { Reader, Writer } from "./connection.ts";
import { fromJson, toJson } from "./json-column.ts";
import { now } from "./new-row.ts";

/** The JSON value of a setting, or undefined. Its owner checks the shape. */
export function getSetting(reader: Reader, key: string): unknown {
  const row = reader.get<{ readonly value: string }>("SELECT value FROM settings WHERE key = @key", { key });
  return row === undefined ? undefined : fromJson(row.value);
}

export function setSetting(writer: Writer, key: string, value: unknown): void {
  writer.run(
    `INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @at)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    { key, value: toJson(value), at: now() },
  );
}

export function deleteSetting(writer: Writer, key: string): void {
  writer.run("DELETE FROM settings WHERE key = @key", { key });
}

/** Every setting by its key. */
export function listSettings(reader: Reader): Readonly<Record<string, unknown>> {
  const rows = reader.all<{ readonly key: string; readonly value: string }>("SELECT key, value FROM settings");
  return Object.fromEntries(rows.map(({ key, value }) => [key, fromJson(value)]));
}
