import type { RawDatabase } from "../connection.ts";
import { firstSchema } from "./0001-first-schema.ts";
import { desktop } from "./0002-desktop.ts";
import { privateSystems } from "./0003-private-systems.ts";

/** One step of the schema. A released one is never changed: the next change is a new file. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  up(database: RawDatabase): void;
}

/** "INDO" in ASCII, in the file's header: tells an Indoors database from any other. */
export const applicationId = 0x49_4e_44_4f;

export const migrations: readonly Migration[] = [firstSchema, desktop, privateSystems];

export const latestVersion = migrations.length;
