import { mkdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { inspectBundle } from "../../mcp/bundle/inspect-bundle.ts";
import { installBundle } from "../../mcp/bundle/install-bundle.ts";
import { settleSettings } from "../../mcp/bundle/settings.ts";
import type { Params } from "../../shared/contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import type { hostContract } from "../../shared/host-contract.ts";
import type { BundleFacts } from "../../shared/mcp.ts";
import type { Grant } from "../../shared/tool.ts";
import { addMcpServer, type McpServer } from "../../store/mcp-servers.ts";
import type { Store } from "../../store/open-store.ts";
import { person } from "../audit.ts";
import type { AuditLog } from "../audit-log.ts";
import { audited } from "../audited.ts";
import { foldersOf, grantsOf, type StoredBundle } from "./server-row.ts";
import { readServersFile } from "./servers-file.ts";

/** What importing needs of the house. */
export interface Importing {
  readonly store: Store;
  readonly audit: AuditLog;
  readonly nodePath: string;
  readonly dataFolder: string;
  readonly serversFolder: string;
  /** Names of servers that are taken. */
  readonly taken: readonly string[];
  /** Real paths of grants that may be given. @throws IndoorsError for others */
  readonly settleGrants: (grants: readonly Grant[]) => Promise<Grant[]>;
  readonly onLog: (line: string) => void;
}

/** Looks at a bundle with the rules of this machine. @throws IndoorsError as `inspectBundle` */
export async function inspectForHere(path: string, here: Importing, signal: AbortSignal): Promise<BundleFacts> {
  return await inspectBundle(resolve(path), { ...(await rulesOf(here)), signal });
}

/** What a person asks to be installed, as the contract has it. */
export type BundleImport = Params<typeof hostContract, "mcp.import">;

/**
 * Installs a bundle as a server, switched on, with nothing approved. Whatever fails leaves nothing behind.
 * @throws IndoorsError `file.unreadable`, `server.refused`, `input.invalid`, `cancelled`
 */
export async function importBundle(asked: BundleImport, here: Importing, signal: AbortSignal): Promise<McpServer> {
  const { store, audit, serversFolder, taken, settleGrants } = here;
  const path = resolve(asked.path);
  const rules = await rulesOf(here);
  const name = asked.name ?? (await inspectBundle(path, { ...rules, signal })).suggestedName;
  if (taken.includes(name)) {
    throw new IndoorsError(
      "input.invalid",
      `There is a server ${name} already. Remove it first, or choose another name.`,
    );
  }
  const entry = {
    ...({ action: "server.add", actor: person(), runId: null, subject: name } as const),
    facts: { kind: "bundle", grants: asked.grants.length, modes: asked.grants.map(({ mode }) => mode).join(",") },
    content: { path, grants: JSON.stringify(asked.grants.map((grant) => grant.path)) },
  };
  const { folder, data } = foldersOf(serversFolder, name);
  const add = async () => {
    const given = await settleGrants(asked.grants);
    // Of a server that is gone, or of a try that was cut off.
    await rm(folder, { recursive: true, force: true });
    try {
      const options = { ...rules, folder, expectedSha256: asked.sha256, signal };
      const { facts: found, manifest } = await installBundle(path, options);
      const settings = await settleSettings(manifest, asked.settings);
      await mkdir(data, { recursive: true, mode: 0o700 });
      const { faults: _faults, suggestedName: _suggested, ...facts } = found;
      const bundle: StoredBundle = { facts, manifest };
      const server = {
        ...({
          name,
          kind: "bundle",
          title: facts.title,
          version: facts.version,
          description: facts.description,
        } as const),
        ...{ place: path, bundle, settings, grants: given },
      };
      await settleGrants(grantsOf({ ...server, enabled: true, resources: [], addedAt: "" }));
      return addMcpServer(store.writer, server);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  };
  return await audited(audit, entry, add, (server) => {
    const { sha256, version, publisher, files } = (server.bundle as StoredBundle).facts;
    return { sha256, version, files, publisher: publisher.state, certificate: publisher.fingerprint };
  });
}

async function rulesOf({ dataFolder, nodePath, taken, onLog }: Importing) {
  const servers = await readServersFile(dataFolder);
  const here = { platform: process.platform, nodeVersion: process.versions.node };
  return { ...here, servers, nodePath, taken, onLog };
}
