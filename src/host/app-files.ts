import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { manifest, type ManifestModel } from "../shared/model.ts";

/** Where the program's own files are. Nothing here is ever written at run time. */
export interface AppFiles {
  readonly root: string;
  readonly version: string;
  readonly modelsFolder: string;
  readonly enginesFolder: string;
  /** The helper of the sandbox, on Linux. Set-up compiles it. */
  readonly sealPath: string;
  /** The licences of all packages in the program; only the build makes it. */
  readonly licencesFile: string;
  /** The Node that runs workers. */
  readonly nodePath: string;
  readonly manifest: readonly ManifestModel[];
}

/** Finds the program's files from this file's own place, from source and when built alike. */
export function findAppFiles(): AppFiles {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, "models", "manifest.json"))) {
    const above = dirname(root);
    if (above === root) throw new Error("models/manifest.json is missing: the installation is incomplete");
    root = above;
  }
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return {
    root,
    version,
    modelsFolder: join(root, "models"),
    enginesFolder: join(root, "resources", "engines"),
    sealPath: join(root, "resources", "sandbox", "seal"),
    licencesFile: join(root, "dist", "licences.json"),
    nodePath: process.execPath,
    manifest: manifest.parse(JSON.parse(readFileSync(join(root, "models", "manifest.json"), "utf8"))).models,
  };
}
