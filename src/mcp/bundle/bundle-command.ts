import { posix, win32 } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";
import type { SettingValues } from "../../shared/mcp.ts";
import type { Grant } from "../../shared/tool.ts";
import type { BundleManifest } from "./manifest.ts";
import { fillArguments, fillText, type Placeholder, placeholdersOf } from "./placeholders.ts";
import { settingGrants } from "./settings.ts";

/** What to start, sealed. */
export interface BundleCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly readOnly: readonly string[];
  /** Its private folder, the one place where what it writes stays. */
  readonly writable: readonly string[];
  /** The folders and files that its settings name, read-only. */
  readonly grants: readonly Grant[];
}

/** Where an installed bundle runs. All paths are absolute. */
export interface BundlePlace {
  /** Where the bundle is. */
  readonly folder: string;
  /** Its private folder; also what it is told is the home of the user. */
  readonly dataFolder: string;
  readonly settings: SettingValues;
  readonly nodePath: string;
  /** The interpreter of servers.json. */
  readonly python: string | null;
  readonly platform: NodeJS.Platform;
}

/** What a manifest may name besides `user_config.…`. The folders of people are none of a bundle's business. */
const known = ["__dirname", "HOME", "DESKTOP", "DOCUMENTS", "DOWNLOADS", "pathSeparator", "/"];

/**
 * The command that starts a bundle's server: what its manifest says, with the placeholders filled in.
 * @throws IndoorsError `server.refused` when it cannot run here; `startFaults` says so before.
 */
export function bundleCommand(manifest: BundleManifest, place: BundlePlace): BundleCommand {
  const { folder, dataFolder, settings, platform } = place;
  const { command, args, env } = startOf(manifest, platform);
  const valueOf = (name: string): Placeholder => {
    if (name === "__dirname") return folder;
    if (name === "pathSeparator" || name === "/") return platform === "win32" ? "\\" : "/";
    if (known.includes(name)) return dataFolder;
    const key = name.replace(/^user_config\./, "");
    const value = Object.hasOwn(settings, key) ? settings[key] : undefined;
    return value === undefined || Array.isArray(value) ? value : String(value);
  };
  // A variable that is nothing but a setting that was not set is not there, rather than empty.
  const set = Object.entries(env).filter(
    ([, text]) =>
      !(placeholdersOf(text).length === 1 && /^\$\{[^}]*\}$/.test(text) && fillArguments([text], valueOf).length === 0),
  );
  return {
    file: programOf(manifest, command, place),
    args: fillArguments(args, valueOf),
    env: {
      ...{ HOME: dataFolder, LANG: "C.UTF-8" },
      ...Object.fromEntries(set.map(([name, text]) => [name, fillText(text, valueOf)])),
    },
    readOnly: [folder],
    writable: [dataFolder],
    grants: settingGrants(manifest, settings),
  };
}

/** What in the way a bundle starts its server cannot be done here, each a sentence with its remedy. */
export function startFaults(manifest: BundleManifest, platform: NodeJS.Platform): string[] {
  const { type } = manifest.server;
  if (type === "uv") return ["It fetches its packages from the network when it starts. Use a bundle that holds them."];
  const { command, args, env } = startOf(manifest, platform);
  const faults: string[] = [];
  if (type === "node" && command !== "node") {
    faults.push(`It starts '${command}'; Node servers run on the Node of Indoors. Use a bundle that starts 'node'.`);
  }
  if (type === "python" && !/^python3?$/.test(command)) {
    faults.push(
      `It starts '${command}'; Python servers run on the listed interpreter. Use a bundle that starts 'python'.`,
    );
  }
  const settings = Object.keys(manifest.user_config ?? {});
  const unknown = [...args, ...Object.values(env)]
    .flatMap(placeholdersOf)
    .find((name) => !known.includes(name) && !settings.includes(name.replace(/^user_config\./, "")));
  if (unknown !== undefined) {
    faults.push(
      `Its manifest names \${${unknown}}, which nothing here stands for. Use a bundle for other programs than one.`,
    );
  }
  return faults;
}

/** The path within the bundle of the program it starts itself, or undefined when that is not in it. */
export function ownProgram(command: string): string | undefined {
  const path = command.replace(/^\$\{__dirname\}(?:\/|\$\{\/\}|\$\{pathSeparator\}|\\)/, "").replaceAll("\\", "/");
  const plain = posix.normalize(path);
  const inside =
    !posix.isAbsolute(plain) && !win32.isAbsolute(plain) && !plain.startsWith("..") && !plain.includes("${");
  return inside ? plain : undefined;
}

/** The program, its arguments and its environment on this platform, with their placeholders. */
export function startOf({ server }: BundleManifest, platform: NodeJS.Platform) {
  const config = server.mcp_config;
  const here = config?.platform_overrides;
  const override = here !== undefined && Object.hasOwn(here, platform) ? here[platform] : undefined;
  const own = { node: "node", python: "python", uv: "uv", binary: server.entry_point }[server.type];
  return {
    command: override?.command ?? config?.command ?? own,
    args:
      override?.args ??
      config?.args ??
      (config === undefined && server.type !== "binary" ? [`\${__dirname}/${server.entry_point}`] : []),
    env: override?.env ?? config?.env ?? {},
  };
}

function programOf({ name, server }: BundleManifest, command: string, place: BundlePlace): string {
  if (server.type === "node") return place.nodePath;
  if (server.type === "python" && place.python !== null) return place.python;
  const own = server.type === "binary" ? ownProgram(command) : undefined;
  if (own !== undefined) return `${place.folder}/${own}`;
  throw new IndoorsError(
    "server.refused",
    `${name} was not started. Nothing here runs a server of the kind '${server.type}'. List it in servers.json, see docs/mcp-bundles.md.`,
    { reason: "fault" },
  );
}
