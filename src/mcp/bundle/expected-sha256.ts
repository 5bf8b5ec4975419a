import { readFile, stat } from "node:fs/promises";
import { basename, join, dirname } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";
import { refusal, unreadable } from "./refuse-bundle.ts";

/**
 * What a bundle's SHA-256 should be, hex: what was given, and what a file `<bundle>.sha256` beside it says, as sha256sum writes
 * it. Null when neither says anything.
 * @throws IndoorsError `input.invalid`, `server.refused` when the two differ or the file says nothing of this bundle
 */
export async function expectedSha256(path: string, given: string | null): Promise<string | null> {
  const wanted = given?.trim().toLowerCase() ?? null;
  if (wanted !== null && !/^[0-9a-f]{64}$/.test(wanted)) {
    throw new IndoorsError(
      "input.invalid",
      `'${given}' is not a SHA-256. It has 64 hexadecimal digits: copy it again.`,
    );
  }
  const beside = join(dirname(path), `${basename(path)}.sha256`);
  const said = await readBeside(path, beside);
  if (said !== null && wanted !== null && said !== wanted) {
    throw refusal(
      path,
      "sha256",
      `You gave the SHA-256 ${wanted}, and the file beside it says ${said}.`,
      "Ask its publisher which one is right.",
      { expected: wanted, actual: said },
    );
  }
  return wanted ?? said;
}

async function readBeside(path: string, beside: string): Promise<string | null> {
  const found = await stat(beside).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw unreadable(beside, error);
  });
  if (found === null) return null;
  const text = found.isFile() && found.size < 1_000_000 ? await readFile(beside, "utf8").catch(() => "") : "";
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const [, sha256, name] = /^\\?([0-9a-f]{64})(?:[ \t]+\*?(.*))?$/i.exec(line.trim()) ?? [];
    return sha256 === undefined
      ? []
      : [{ sha256: sha256.toLowerCase(), name: name === undefined ? null : basename(name) }];
  });
  const own =
    lines.find(({ name }) => name === basename(path)) ??
    (lines.length === 1 && lines[0]?.name === null ? lines[0] : undefined);
  if (own !== undefined) return own.sha256;
  throw refusal(
    path,
    "sha256",
    `The file ${basename(beside)} beside it says nothing of it.`,
    "It should be what sha256sum writes of this file. Write it anew, or remove it.",
  );
}
