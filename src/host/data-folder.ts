import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { defaultDataFolder as placeOfData } from "../shared/default-data-folder.ts";

/** Everything Indoors stores is in this one folder. */
export interface DataFolder {
  readonly path: string;
  readonly database: string;
  readonly models: string;
  /** Decoded audio of unfinished transcriptions. Safe to delete while Indoors is not running. */
  readonly work: string;
  /** What models computed of their system texts, to start faster. Safe to delete while Indoors is not running. */
  readonly states: string;
  /** Compiled code of tools, and changes that wait for an answer. Safe to delete while Indoors is not running. */
  readonly tools: string;
  /** Recordings that are being made from the microphone, a folder each, and those that were. */
  readonly captures: string;
  readonly recordings: string;
  /** MCP servers that are bundles, a folder each. */
  readonly servers: string;
  readonly log: string;
  /** The gateway's own: credentials, its key, what was counted. Nobody else opens it; it is there once it was needed. */
  readonly perimeter: string;
  /** The audit log, its keys and its settings. Only its own process opens them. */
  readonly audit: string;
}

/** The platform's folder for application data, or what INDOORS_DATA says. */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  // A user whom the system does not list has no home, and none is asked for then.
  return resolve(env["INDOORS_DATA"] || placeOfData(env, platform, homedir()));
}

/** Makes the folder if it is not there, readable for its owner alone. */
export function openDataFolder(path: string): DataFolder {
  const folder = resolve(path);
  const parts = {
    path: folder,
    database: join(folder, "indoors.sqlite"),
    models: join(folder, "models"),
    work: join(folder, "work"),
    states: join(folder, "states"),
    tools: join(folder, "tools"),
    captures: join(folder, "captures"),
    recordings: join(folder, "recordings"),
    servers: join(folder, "servers"),
    log: join(folder, "indoors.log"),
    perimeter: join(folder, "perimeter"),
    audit: join(folder, "audit"),
  };
  for (const made of [folder, parts.models, parts.work, parts.states, parts.captures, parts.recordings])
    mkdirSync(made, { recursive: true, mode: 0o700 });
  return parts;
}
