import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";
import type { BundleFacts } from "../../shared/mcp.ts";
import { expectedSha256 } from "./expected-sha256.ts";
import { bundleFactsOf, type InspectOptions } from "./inspect-bundle.ts";
import type { BundleManifest } from "./manifest.ts";
import { withReader } from "./reader-process.ts";
import { refusal } from "./refuse-bundle.ts";

export interface InstallOptions extends InspectOptions {
  /** The server's own folder, made if it is not there: the bundle comes to be in `bundle` in it. */
  readonly folder: string;
  /** Hex; null: not known. A file `<path>.sha256` beside it counts, too. */
  readonly expectedSha256: string | null;
}

/** Where the bundle of a server's folder is. */
export function bundleFolder(folder: string): string {
  return join(folder, "bundle");
}

/**
 * Installs a bundle: copies it, looks at the copy, and unpacks that; in one step at the end it is there, or it is not. Nothing of it
 * runs. After a crash what was begun is removed by the next try.
 * @throws IndoorsError `server.refused` {reason}, also for each fault that `inspectBundle` would tell of; `file.unreadable`;
 * `cancelled`
 */
export async function installBundle(
  path: string,
  options: InstallOptions,
): Promise<{ readonly facts: BundleFacts; readonly manifest: BundleManifest }> {
  const expected = await expectedSha256(path, options.expectedSha256);
  const work = join(options.folder, "installing");
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true, mode: 0o700 });
  try {
    return await withReader(path, { ...options, mayWrite: work }, async (reader, signal) => {
      const content = await reader.call("look", { path, expectedSha256: expected, copyTo: work }, { signal });
      const { manifest } = content;
      const facts = bundleFactsOf(content, options);
      if (facts.faults.length > 0) throw refusal(path, "fault", facts.faults.join(" "), "", { faults: facts.faults });
      if (content.kind === "mcpb") {
        await reader.call("unpack", { mayRun: manifest.server.type === "binary" }, { signal });
      }
      await moveInto(path, join(work, "files"), bundleFolder(options.folder));
      return { facts, manifest };
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function moveInto(path: string, from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw new IndoorsError("file.unreadable", error.message);
    throw refusal(path, "there-already", `There is a bundle in ${to} already.`, "Remove that server first.");
  });
  const folder = await open(join(to, ".."), "r");
  await folder.sync().catch(() => {});
  await folder.close();
}
