import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { RawDatabase } from "./connection.ts";
import { applicationId, type Migration, migrations as allMigrations } from "./migrations/index.ts";
import { storeFailure } from "./store-failure.ts";

/**
 * Brings the database to the newest version, one transaction per migration. A migration that fails leaves the version
 * before it, whole. Foreign keys are off meanwhile (rebuilding a table would otherwise delete what refers to it) and
 * checked before each commit; the caller turns them on.
 * @throws IndoorsError `store.unusable`
 */
export function migrate(database: RawDatabase, migrations: readonly Migration[] = allMigrations): void {
  database.pragma("foreign_keys = OFF");
  for (const migration of migrations) {
    try {
      database.transaction(() => apply(database, migration)).immediate();
    } catch (thrown) {
      const failure = storeFailure(thrown, database.name);
      if (failure instanceof IndoorsError) throw failure;
      throw new IndoorsError(
        "store.unusable",
        `The database cannot be updated to version ${migration.version} (${migration.name}): ${database.name}. ` +
          `${messageOf(thrown)}. It is as it was before; go on with the Indoors that made it, and report this.`,
        { version: migration.version },
      );
    }
  }
}

/** The version is read inside the transaction, so that two processes cannot apply the same migration. */
function apply(database: RawDatabase, migration: Migration): void {
  const version = database.pragma("user_version", { simple: true }) as number;
  if (version >= migration.version) return;
  migration.up(database);
  const broken = database.pragma("foreign_key_check") as { readonly table: string }[];
  if (broken[0] !== undefined) throw new Error(`${broken.length} rows refer to nothing, first in ${broken[0].table}`);
  database.pragma(`application_id = ${applicationId}`);
  database.pragma(`user_version = ${migration.version}`);
}
