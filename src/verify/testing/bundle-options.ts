import { serversFile } from "../../shared/mcp.ts";

/** The options of an import on this machine, where any publisher and Node only are allowed, or what `servers` says. */
export function bundleOptions(servers: object = {}) {
  return {
    servers: serversFile.parse({ version: 1, ...servers }),
    platform: process.platform,
    nodeVersion: process.versions.node,
    nodePath: process.execPath,
    taken: [] as string[],
    onLog: (line: string) => console.error(line),
  };
}

/** The manifest of a bundle of one file. */
export function smallManifest(more: object = {}): string {
  return JSON.stringify({
    ...{ manifest_version: "0.3", name: "small", version: "1.0.0", description: "", author: { name: "Ann" } },
    server: { type: "node", entry_point: "index.js" },
    ...more,
  });
}
