import type { Publisher, ServersFile } from "../../shared/mcp.ts";
import { ownProgram, startFaults, startOf } from "./bundle-command.ts";
import type { BundleManifest } from "./manifest.ts";
import { isInRange } from "./node-range.ts";

/** This machine, and what its administrator lets bundles be. */
export interface BundleRules {
  readonly servers: ServersFile;
  readonly platform: NodeJS.Platform;
  /** Of the Node that servers run on: 24.21.0. */
  readonly nodeVersion: string;
}

/** Why a bundle cannot be installed here, each a sentence with its remedy. `names` are the paths of its files. */
export function bundleFaults(
  manifest: BundleManifest,
  found: { readonly publisher: Publisher; readonly names: ReadonlySet<string> },
  { servers, platform, nodeVersion }: BundleRules,
): string[] {
  const { server, compatibility } = manifest;
  const faults = startFaults(manifest, platform);
  const started = server.type === "binary" ? startOf(manifest, platform).command : server.entry_point;
  const inside = ownProgram(started);
  if (server.type !== "uv" && (inside === undefined || !found.names.has(inside))) {
    faults.push(`'${started}', which it starts, is not in it. Get it anew from whoever makes it.`);
  }
  if (server.type === "python" && servers.python === null) {
    faults.push(
      'It needs Python, and servers.json lists no interpreter. List one there: "python": "/usr/bin/python3".',
    );
  }
  if (server.type === "binary" && !servers.programs) {
    faults.push(
      'It is a program made for one kind of machine, and servers.json allows none. Allow them there: "programs": true.',
    );
  }
  const platforms = compatibility?.platforms;
  if (platforms !== undefined && !platforms.includes(platform)) {
    faults.push(
      `It is made for ${platforms.join(", ") || "no system"}; this is ${platform}. Use a bundle for ${platform}.`,
    );
  }
  const range = compatibility?.runtimes?.node;
  if (server.type === "node" && range !== undefined && isInRange(nodeVersion, range) !== true) {
    faults.push(`It needs Node ${range}; this is ${nodeVersion}. Use a version of it for that.`);
  }
  if (servers.requirePublisher && found.publisher.state !== "trusted") {
    const who = found.publisher.state === "unsigned" ? "Nobody signed it" : "Its publisher is not listed here";
    faults.push(
      `${who}, and servers.json demands a listed publisher. Get a signed bundle, or list the publisher there.`,
    );
  }
  return faults;
}
