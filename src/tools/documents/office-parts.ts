import { posix } from "node:path";
import type { Reading } from "./reading.ts";
import { attribute, elements, parseXml } from "./xml.ts";
import type { ZipArchive } from "./zip-archive.ts";

export interface Relationship {
  readonly type: string;
  /** The name of a part inside the archive. */
  readonly target: string;
}

/**
 * What a part of an Office document refers to inside the same archive, by id. What lies outside (a link, a remote
 * template) is left out: nothing is ever opened there.
 */
export function relationshipsOf(part: string, archive: ZipArchive, reading: Reading): Map<string, Relationship> {
  const list = posix.join(posix.dirname(part), "_rels", `${posix.basename(part)}.rels`);
  const found = new Map<string, Relationship>();
  if (!archive.has(list)) return found;
  for (const one of elements(elements(parseXml(archive.text(list), reading))[0], "Relationship")) {
    const target = attribute(one, "Target") ?? "";
    if (attribute(one, "TargetMode") === "External") continue;
    found.set(attribute(one, "Id") ?? "", {
      type: (attribute(one, "Type") ?? "").replace(/^.*\//, ""),
      target: target.startsWith("/") ? target.slice(1) : posix.join(posix.dirname(part), target),
    });
  }
  return found;
}
