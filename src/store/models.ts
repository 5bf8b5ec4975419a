import type { InstalledModel, ModelRole } from "../shared/model.ts";
import type { Reader, Writer } from "./connection.ts";
import { now } from "./new-row.ts";

const columns = "name, path, role, format, purpose, licence, bytes, sha256, origin";

/** Stores a model under its name, in place of one that has the name. */
export function saveModel(writer: Writer, model: InstalledModel): void {
  const { name, path, role, format, purpose, licence, bytes, sha256, origin } = model;
  writer.run(
    `INSERT INTO models (${columns}, added_at)
     VALUES (@name, @path, @role, @format, @purpose, @licence, @bytes, @sha256, @origin, @at)
     ON CONFLICT (name) DO UPDATE SET path = excluded.path, role = excluded.role, format = excluded.format,
       purpose = excluded.purpose, licence = excluded.licence, bytes = excluded.bytes, sha256 = excluded.sha256,
       origin = excluded.origin, added_at = excluded.added_at`,
    { name, path, role, format, purpose, licence, bytes, sha256, origin, at: now() },
  );
}

export function findModel(reader: Reader, name: string): InstalledModel | undefined {
  return reader.get(`SELECT ${columns} FROM models WHERE name = @name`, { name });
}

/** Models by name, of one role when given. */
export function listModels(reader: Reader, role?: ModelRole): InstalledModel[] {
  return reader.all(`SELECT ${columns} FROM models WHERE @role IS NULL OR role = @role ORDER BY name`, {
    role: role ?? null,
  });
}

/** Forgets a model; the file is the caller's. False when there was none. */
export function removeModel(writer: Writer, name: string): boolean {
  return writer.run("DELETE FROM models WHERE name = @name", { name }) > 0;
}
