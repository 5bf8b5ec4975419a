import { lstat } from "node:fs/promises";
import { join, parse } from "node:path";
import { IndoorsError } from "../shared/errors.ts";
import { fileNameFrom } from "./file-dialogs.ts";

/** So many files of one name, then the folder wants tidying. */
const mostOfOneName = 1000;

/**
 * Where an export goes: into this folder, under a name that nothing there has yet. Nothing is written.
 * @throws IndoorsError `input.invalid` without confirmation or folder, `file.unreadable` when the folder is no folder
 */
export async function freeExportPath(
  folder: string | null,
  suggestedName: string,
  confirmed: boolean,
): Promise<string> {
  if (folder === null) {
    throw new IndoorsError("input.invalid", "Exporting failed. This kiosk exports nothing. Ask whoever runs it.");
  }
  if (!confirmed) throw new IndoorsError("input.invalid", "Exporting failed. It was not confirmed. Confirm it first.");
  // A link would lead out of where the administrator said.
  const facts = await lstat(folder).catch(() => null);
  if (facts === null || !facts.isDirectory()) {
    const why = facts === null ? "It is not there" : "It is not a folder of its own";
    throw new IndoorsError(
      "file.unreadable",
      `Exporting failed: ${folder}. ${why}. Plug the stick in, or ask for help.`,
    );
  }
  const { name, ext } = parse(fileNameFrom(suggestedName));
  for (let count = 1; count <= mostOfOneName; count++) {
    const path = join(folder, count === 1 ? `${name}${ext}` : `${name} (${count})${ext}`);
    // A link that leads nowhere is something, too: writing would follow it.
    if ((await lstat(path).catch(() => null)) === null) return path;
  }
  throw new IndoorsError(
    "file.unreadable",
    `Exporting failed: ${folder}. It is full of files of this name. Tidy it up.`,
  );
}
