import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";
import type { StagedLayer } from "../sandbox/sandbox.ts";
import { commitChanges } from "./commit-changes.ts";
import { findChanges } from "./find-changes.ts";
import { codeOf, holdFolder, pathOf } from "./held-folder.ts";
import type { HeldGrant, PendingChange } from "./pending-change.ts";
import { type StagedChanges, type StagingLimits, stagingLimits } from "./staged-changes.ts";

export interface ReadStagedOptions {
  /** A folder of the host that no tool can reach. Copies are kept in a new one below it. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Partial<StagingLimits> | undefined;
}

/**
 * Takes over what a sealed process left in its layers: copies it first, and lists what differs from the granted folders.
 * The layers can go as soon as this has resolved.
 * @throws IndoorsError `tool.limit` when it is more than the limits, `file.unreadable` when a granted folder is not
 * where it was, `cancelled`. Nothing is left behind then.
 */
export async function readStaged(
  layers: readonly StagedLayer[],
  { folder, signal, limits }: ReadStagedOptions,
): Promise<StagedChanges> {
  const copies = await mkdtemp(join(folder, "staged-"));
  const held: HeldGrant[] = [];
  let gone = false;
  const letGo = async () => {
    if (gone) return;
    gone = true;
    await Promise.all(held.map((grant) => grant.folder.handle.close()));
    await rm(copies, { recursive: true, force: true });
  };
  let changes: readonly PendingChange[];
  try {
    for (const { grant } of layers) held.push(await holdGrant(grant.name, grant.path));
    const found = { ...stagingLimits, ...limits };
    changes = await findChanges(layers, { held, copies, limits: found, signal });
  } catch (error) {
    await letGo();
    throw error;
  }
  return {
    list: changes.map((change) => change.shown),
    async commit() {
      if (gone) throw new Error("these changes were committed or discarded before");
      try {
        return await commitChanges(changes);
      } finally {
        await letGo();
      }
    },
    discard: letGo,
  };
}

async function holdGrant(name: string, path: string): Promise<HeldGrant> {
  const moved = (reason: string) =>
    new IndoorsError(
      "file.unreadable",
      `What was changed in '${name}' cannot be compared with the folder. ${reason} Grant the folder again.`,
    );
  const folder = await holdFolder(path).catch((error: unknown) => {
    throw moved(`The system said ${codeOf(error) || "no"} to opening it.`);
  });
  const now = await pathOf(folder);
  if (now === path) return { name, path, folder };
  await folder.handle.close();
  throw moved("Its path leads through a link by now.");
}
