import { type BundleFacts, type Publisher, serverName, type ServersFile } from "../../shared/mcp.ts";
import { showHidden } from "../../shared/show-hidden.ts";
import { type BundleRules, bundleFaults } from "./bundle-faults.ts";
import { expectedSha256 } from "./expected-sha256.ts";
import type { BundleManifest } from "./manifest.ts";
import type { BundleContent } from "./reader-contract.ts";
import { withReader } from "./reader-process.ts";
import { settingFields } from "./settings.ts";

export interface InspectOptions extends BundleRules {
  /** The Node that its reader runs on. */
  readonly nodePath: string;
  /** Names of servers that are taken. */
  readonly taken: readonly string[];
  /** Bytes of those that are read in this step; there is a step or two more for a signature and for unpacking. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly onLog?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Looks at a .mcpb file or a folder, in a process of its own. Nothing is installed, and nothing of it runs. A file `<path>.sha256`
 * beside it must agree.
 * @throws IndoorsError `file.unreadable`; `server.refused` {reason} when it is damaged, hostile, or its signature is broken;
 * `cancelled`. What only keeps it from running here is a fault in the facts.
 */
export async function inspectBundle(path: string, options: InspectOptions): Promise<BundleFacts> {
  const expected = await expectedSha256(path, null);
  const content = await withReader(path, { ...options, mayWrite: null }, (reader, signal) =>
    reader.call("look", { path, expectedSha256: expected, copyTo: null }, { signal }),
  );
  return bundleFactsOf(content, options);
}

/** The facts of what a reader found. */
export function bundleFactsOf(
  content: BundleContent,
  options: BundleRules & Pick<InspectOptions, "taken">,
): BundleFacts {
  const { manifest } = content;
  const publisher = publisherOf(content.signer, options.servers);
  const runtime = { node: "node", python: "python", uv: "python", binary: "binary" } as const;
  return {
    suggestedName: freeName(manifest.name, options.taken),
    title: showHidden(manifest.display_name ?? manifest.name),
    version: showHidden(manifest.version),
    description: showHidden(manifest.description),
    author: showHidden(manifest.author.name),
    licence: manifest.license === undefined ? null : showHidden(manifest.license),
    runtime: runtime[manifest.server.type],
    ...{ sha256: content.sha256, bytes: content.bytes, files: content.names.length, publisher },
    settings: settingFields(manifest),
    faults: bundleFaults(manifest, { publisher, names: new Set(content.names) }, options).map(showHidden),
  };
}

function publisherOf(signer: BundleContent["signer"], { publishers }: ServersFile): Publisher {
  if (signer === null) return { state: "unsigned", name: null, fingerprint: null };
  const listed = publishers.find(({ certificate }) => certificate === signer.fingerprint);
  if (listed !== undefined) return { state: "trusted", name: listed.name, fingerprint: signer.fingerprint };
  return { state: "unknown", name: showHidden(signer.name), fingerprint: signer.fingerprint };
}

/** A name for a server that is free here, as close to its own as names may be. */
function freeName(name: BundleManifest["name"], taken: readonly string[]): string {
  const last = name.split("/").at(-1) ?? "";
  const plain = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "")
    .slice(0, 28);
  const base = serverName.safeParse(plain).data ?? "server";
  for (let number = 1; ; number++) {
    const free = number === 1 ? base : `${base}-${number}`;
    if (!taken.includes(free)) return free;
  }
}
