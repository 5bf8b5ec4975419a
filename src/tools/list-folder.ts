import { type Dirent } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { defineTool } from "./definition.ts";
import { isInside, resolveInGrants, unreadable } from "./grant-path.ts";
import { neutraliseLine } from "./neutralise.ts";

const mostEntries = 100;
const collator = new Intl.Collator("en", { numeric: true });

/** Names, sizes and dates of what a granted folder holds. Hidden entries are counted, not named. */
export const listFolder = defineTool({
  spec: {
    name: "list_folder",
    description: "Lists the files and folders in a folder.",
    arguments: {
      folder: {
        kind: "path",
        of: "folder",
        description: "The folder. Leave it out to see which folders are open.",
        optional: true,
      },
    },
    needs: ["grants"],
    effect: "read",
  },
  limits: { wallMs: 10_000, heapMb: 256, outputCharacters: 100_000 },
  async run({ folder }, { grants }) {
    if (folder === undefined || folder === ".") {
      const names = grants.map((grant) => `${grant.name}/`);
      return { ok: true, text: ["Open folders:", ...names].join("\n"), data: { folders: names }, truncated: false };
    }
    const found = await resolveInGrants(grants, folder, "folder");
    const shown = neutraliseLine(found.shown);
    const all = await readdir(found.path, { withFileTypes: true }).catch((error: unknown) => {
      throw unreadable(shown, error);
    });
    // The folder may have been swapped for a link while it was read.
    if (!isInside(found.root, await realpath(found.path))) throw unreadable(shown, undefined);
    const entries = all
      .filter((entry) => !entry.name.startsWith("."))
      .sort((a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || collator.compare(a.name, b.name));
    const hidden = all.length - entries.length;
    const listed = await Promise.all(entries.slice(0, mostEntries).map((entry) => describe(found.path, entry)));
    const more = entries.length - listed.length;
    const lines = [
      entries.length === 0 ? `${shown}/ is empty.` : `${shown}/ has ${count(entries.length, "entry", "entries")}:`,
      ...listed.map((entry) => entry.line),
      ...(more > 0 ? [`… and ${more} more, not listed.`] : []),
      ...(hidden > 0 ? [`(${count(hidden, "hidden entry", "hidden entries")} not listed.)`] : []),
    ];
    return {
      ok: true,
      text: lines.join("\n"),
      data: { folder: found.shown, entries: listed.map((entry) => entry.data), hidden, more },
      truncated: more > 0,
    };
  },
});

async function describe(folder: string, entry: Dirent) {
  const name = neutraliseLine(entry.name);
  if (entry.isDirectory()) return { line: `${name}/`, data: { name, kind: "folder" } };
  if (!entry.isFile()) {
    const kind = entry.isSymbolicLink() ? "link" : "special";
    return { line: `${name} (${kind === "link" ? "a link" : "not an ordinary file"})`, data: { name, kind } };
  }
  const stats = await lstat(join(folder, entry.name)).catch(() => undefined);
  if (stats === undefined) return { line: name, data: { name, kind: "file" } };
  const changed = dayOf(stats.mtime);
  return {
    line: `${name} (${sizeOf(stats.size)}, ${changed})`,
    data: { name, kind: "file", bytes: stats.size, changed },
  };
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The local calendar day. */
function dayOf(time: Date): string {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
