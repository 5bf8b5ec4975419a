import { join } from "node:path";
import { bundleFolder } from "../../mcp/bundle/install-bundle.ts";
import { bundleCommand } from "../../mcp/bundle/bundle-command.ts";
import type { BundleManifest } from "../../mcp/bundle/manifest.ts";
import { settingFields, settingGrants } from "../../mcp/bundle/settings.ts";
import type { BundleFacts, ReviewState, ServerToolView, ServerView } from "../../shared/mcp.ts";
import type { Grant } from "../../shared/tool.ts";
import type { McpServer, McpTool } from "../../store/mcp-servers.ts";
import type { SealedServer } from "./sealed-session.ts";
import { serverToolName } from "./tool-specs.ts";

/** What the store keeps of a bundle. */
export interface StoredBundle {
  readonly facts: Omit<BundleFacts, "faults" | "suggestedName">;
  readonly manifest: BundleManifest;
}

/** Of a server that is a bundle. The host is the only writer of the row. */
export function bundleOf({ bundle }: Pick<McpServer, "bundle">): StoredBundle | null {
  return bundle as StoredBundle | null;
}

/** The folders a server may reach: those people gave it, and, read-only, those that its settings name. */
export function grantsOf(server: McpServer): readonly Grant[] {
  const bundle = bundleOf(server);
  if (bundle === null) return [];
  const named = settingGrants(bundle.manifest, server.settings).filter(
    ({ path }) => !server.grants.some((grant) => grant.path === path),
  );
  const names = new Set<string>();
  return [...server.grants, ...named].map((grant) => {
    let name = grant.name;
    for (let number = 2; names.has(name); number++) name = `${grant.name}-${number}`;
    names.add(name);
    return { ...grant, name };
  });
}

/** Whether it is started afresh for every call, so that what it would write can be shown before. */
export function writesFolders(server: McpServer): boolean {
  return grantsOf(server).some(({ mode }) => mode === "rw");
}

/** Where a bundle's own folder is, and where in it what it writes for itself. */
export function foldersOf(serversFolder: string, name: string) {
  const folder = join(serversFolder, name);
  return { folder, bundle: bundleFolder(folder), data: join(folder, "data") };
}

/** What to start for a bundle. @throws IndoorsError `server.refused` */
export function sealedServerOf(
  server: McpServer,
  here: { readonly serversFolder: string; readonly nodePath: string; readonly python: string | null },
): SealedServer {
  const bundle = bundleOf(server);
  if (bundle === null) throw new Error(`${server.name} is not on this machine`);
  const { bundle: folder, data: dataFolder } = foldersOf(here.serversFolder, server.name);
  const { file, args, env, readOnly, writable } = bundleCommand(bundle.manifest, {
    ...{ folder, dataFolder, settings: server.settings, nodePath: here.nodePath, python: here.python },
    platform: process.platform,
  });
  const program = file === here.nodePath || file === here.python ? [file] : [];
  const files = [...readOnly, ...program];
  return { name: server.name, file, args, env, readOnly: files, writable, grants: grantsOf(server) };
}

/** What a person's word about a tool comes to now. */
export function stateOf({ listed, review, fingerprint }: McpTool): ReviewState {
  if (!listed) return "gone";
  if (review === null) return "new";
  if (review.decision === "refuse") return "refused";
  return review.fingerprint === fingerprint ? "approved" : "changed";
}

/** A tool as people see it. */
export function toolView(server: string, tool: McpTool): ServerToolView {
  const { described, fingerprint, effect, review } = tool;
  const changed = review !== null && review.fingerprint !== fingerprint;
  return {
    ...{ described, fingerprint, effect, state: stateOf(tool), toolName: serverToolName(server, tool.name) },
    approved: changed && review.decision === "approve" ? review.described : null,
    ...{ reviewedBy: review?.by ?? null, reviewedAt: review?.at ?? null },
  };
}

/** A server as people see it. */
export function serverView(
  server: McpServer,
  tools: readonly McpTool[],
  { state, fault }: Pick<ServerView, "state" | "fault">,
): ServerView {
  const { name, kind, title, version, description, enabled, place, addedAt } = server;
  const bundle = bundleOf(server);
  const sensitive = new Set(
    bundle === null ? [] : settingFields(bundle.manifest).flatMap((field) => (field.sensitive ? [field.key] : [])),
  );
  const states = tools.map(stateOf);
  return {
    ...{ name, kind, title, version, description, enabled, state, fault, place, addedAt },
    grants: [...grantsOf(server)],
    bundle: bundle?.facts ?? null,
    settings: Object.fromEntries(
      Object.entries(server.settings).map(([key, value]) => [key, sensitive.has(key) ? true : value]),
    ),
    toolsToReview: states.filter((one) => one === "new" || one === "changed").length,
    toolsApproved: states.filter((one) => one === "approved").length,
  };
}
