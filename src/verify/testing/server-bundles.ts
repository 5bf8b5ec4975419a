import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A published MCP server as its package in node_modules, and what a bundle's manifest says of it. */
export interface PublishedServer {
  readonly package: string;
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly userConfig?: Readonly<Record<string, object>>;
}

/** Real servers that nobody here wrote. */
export const publishedServers = {
  everything: { package: "@modelcontextprotocol/server-everything", name: "everything", args: ["stdio"] },
  filesystem: {
    package: "@modelcontextprotocol/server-filesystem",
    name: "filesystem",
    args: ["${user_config.folders}"],
    userConfig: {
      folders: {
        ...{
          type: "directory",
          title: "Folders",
          description: "The folders it serves.",
          required: true,
          multiple: true,
        },
      },
    },
  },
  memory: {
    package: "@modelcontextprotocol/server-memory",
    name: "memory",
    env: { MEMORY_FILE_PATH: "${HOME}/memory.jsonl" },
  },
  thinking: { package: "@modelcontextprotocol/server-sequential-thinking", name: "sequential-thinking" },
  sqlite: { package: "mcp-server-sqlite-npx", name: "sqlite", args: ["${HOME}/notes.db"] },
} as const satisfies Record<string, PublishedServer>;

/** What a server on stdio has no use for: what listens and dials, and what only its installation needs. */
const leftOut = new Set([
  ...["express", "express-rate-limit", "cors", "hono", "@hono/node-server", "raw-body", "content-type"],
  ...["jose", "pkce-challenge", "eventsource", "eventsource-parser", "cross-spawn", "prebuild-install", "tar"],
]);

/** Makes the folder of a bundle from a package and what it depends on, at the places where they are in node_modules. */
export function stageServer(server: PublishedServer, folder: string): string {
  const own = join(root, "node_modules", server.package);
  const staged = new Set<string>();
  const stage = (place: string) => {
    if (staged.has(place)) return;
    staged.add(place);
    copyPackage(place, join(folder, relative(root, place)));
    const { dependencies = {} } = readPackage(place);
    for (const name of Object.keys(dependencies)) {
      const found = leftOut.has(name) ? undefined : findPackage(name, place);
      if (found !== undefined) stage(found);
    }
  };
  stage(own);
  const { version, description, bin } = readPackage(own);
  const entry = join(relative(root, own), Object.values(bin ?? {})[0] ?? "index.js");
  const manifest = {
    ...{ manifest_version: "0.3", name: server.name, version, description, author: { name: "Its makers" } },
    server: {
      ...{ type: "node", entry_point: entry },
      mcp_config: { command: "node", args: [`\${__dirname}/${entry}`, ...(server.args ?? [])], env: server.env ?? {} },
    },
    ...(server.userConfig === undefined ? {} : { user_config: server.userConfig }),
    compatibility: { platforms: ["darwin", "win32", "linux"], runtimes: { node: ">=20.0.0" } },
  };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest, null, 2));
  return folder;
}

/** What a package needs at run time: no types, no maps, and no packages within: they come when one needs them. */
function copyPackage(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, {
    recursive: true,
    filter: (path) => {
      const within = relative(from, path);
      return !/^node_modules(?:\/|$)|\.(?:[cm]?ts|map)$/.test(within);
    },
  });
}

interface PackageFile {
  readonly version: string;
  readonly description: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readPackage(place: string): PackageFile {
  return JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as PackageFile;
}

/** Where Node would find a package from another one. */
function findPackage(name: string, from: string): string | undefined {
  for (let at = from; at.startsWith(root); at = dirname(at)) {
    if (basename(at) === "node_modules") continue;
    const place = join(at, "node_modules", name);
    if (existsSync(join(place, "package.json"))) return place;
  }
  const top = join(root, "node_modules", name);
  return existsSync(top) ? top : undefined;
}
