import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

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
  readonly log: string;
  /** The audit log, its keys and its settings. Only its own process opens them. */
  readonly audit: string;
}

/** The platform's folder for application data, or what INDOORS_DATA says. */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env["INDOORS_DATA"]) return resolve(env["INDOORS_DATA"]);
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "Indoors");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "Indoors");
  return join(env["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "indoors");
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
    log: join(folder, "indoors.log"),
    audit: join(folder, "audit"),
  };
  for (const made of [folder, parts.models, parts.work, parts.states])
    mkdirSync(made, { recursive: true, mode: 0o700 });
  return parts;
}
