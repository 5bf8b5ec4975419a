import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { IndoorsError, messageOf } from "../shared/errors.ts";

/**
 * Writes a file in one step: it is there whole, on the disk, or as it was before.
 * @throws IndoorsError `input.invalid` with the reason
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const part = `${path}.${randomBytes(4).toString("hex")}.part`;
  try {
    const file = await open(part, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw new IndoorsError(
      "input.invalid",
      `The file was not written: ${path}. ${messageOf(error)}. Choose another place.`,
    );
  }
}
