import type { BigIntStats } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { FileChange } from "../../shared/change.ts";
import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import { neutraliseLine } from "../neutralise.ts";
import type { StagedLayer } from "../sandbox/sandbox.ts";
import { type FileBytes, readBytes } from "./file-bytes.ts";
import { codeOf, type HeldFolder, holdChild, holdFolder, namesIn, statIn } from "./held-folder.ts";
import type { HeldGrant, PendingChange } from "./pending-change.ts";
import { protectedReason } from "./protected-paths.ts";
import type { StagingLimits } from "./staged-changes.ts";
import { unifiedDiff } from "./unified-diff.ts";

interface FindOptions {
  /** The granted folder of each layer, in their order. */
  readonly held: readonly HeldGrant[];
  /** A private folder for copies of what the layers hold. */
  readonly copies: string;
  readonly limits: StagingLimits;
  readonly signal?: AbortSignal | undefined;
}

/** One folder on all its levels. `lower` is missing when the grant has no such folder. */
interface Place {
  readonly grant: HeldGrant;
  readonly names: readonly string[];
  readonly upper: HeldFolder;
  readonly lower: HeldFolder | undefined;
  readonly merged: HeldFolder | undefined;
}

/** What there is under one name in the layer and in the grant. */
interface Entry {
  readonly name: string;
  readonly now: BigIntStats;
  readonly base: BigIntStats | undefined;
  readonly names: readonly string[];
}

/** The diffs of one call together: beyond it only names, sizes and hashes are shown. */
const mostDiffCharacters = 400_000;
const setId = 0o6000n;

/**
 * Compares layers with their grants. The layers are hostile: no link is followed, nothing but ordinary files is opened,
 * and everything is counted.
 * @throws IndoorsError `tool.limit`, `cancelled`
 */
export async function findChanges(layers: readonly StagedLayer[], options: FindOptions): Promise<PendingChange[]> {
  const finder = new ChangeFinder(options);
  for (const [at, layer] of layers.entries()) {
    const grant = options.held[at];
    if (grant === undefined) throw new Error("a layer without its grant");
    await using upper = await holdFolder(layer.folder);
    await using merged = layer.merged === undefined ? undefined : await holdFolder(layer.merged);
    await finder.compare({ grant, names: [], upper, lower: grant.folder, merged });
  }
  return keepingWhatIsMoved(finder.found);
}

/** A deletion beside a refused change may be half of a move: then what would be deleted is all there is. */
function keepingWhatIsMoved(changes: readonly PendingChange[]): PendingChange[] {
  if (changes.every(({ shown }) => shown.refused === null || shown.kind === "deleted")) return [...changes];
  const refused = "nothing is deleted, because another change of this call is refused";
  return changes.map((change) =>
    change.becomes === "nothing" && change.shown.refused === null
      ? { ...change, shown: { ...change.shown, refused } }
      : change,
  );
}

class ChangeFinder {
  readonly found: PendingChange[] = [];
  readonly #options: FindOptions;
  #entries = 0;
  #bytes = 0;
  #diffRoom = mostDiffCharacters;

  constructor(options: FindOptions) {
    this.#options = options;
  }

  /** Finds the changes of a folder and of all below it. */
  async compare(place: Place): Promise<void> {
    const { upper, lower } = place;
    if (place.names.length > this.#options.limits.depth) {
      throw tooMuch(`made folders that lie deeper than ${this.#options.limits.depth}`);
    }
    const names = await this.#namesOf(upper);
    for (const name of names) {
      const now = await statIn(upper, name);
      const base = lower === undefined ? undefined : await statIn(lower, name);
      const path = [...place.names, name];
      // A name that is not valid text cannot even be asked for.
      if (now === undefined) this.#refuse(place.grant, path, "created", "its name is not valid text");
      else if (isWhiteout(now)) await this.#deletion(place, name, base);
      else await this.#entry(place, { name, now, base, names: path });
    }
    const inUpper = new Set(names);
    if (await isReplaced(place, inUpper)) {
      for (const name of await this.#namesOf(lower)) {
        if (!inUpper.has(name)) await this.#deletion(place, name, lower && (await statIn(lower, name)));
      }
    }
  }

  async #entry(place: Place, entry: Entry): Promise<void> {
    const { grant } = place;
    const { now, base, names } = entry;
    const kind = base === undefined ? "created" : "modified";
    const refuse = (why: string) => this.#refuse(grant, names, kind, why);
    try {
      if (now.isDirectory()) {
        if (base === undefined || base.isDirectory()) await this.#folder(place, entry);
        else refuse(`a folder would replace ${kindOf(base)}`);
      } else if (!now.isFile()) refuse(`it is ${kindOf(now)}, not an ordinary file`);
      else if (base !== undefined && !base.isFile()) refuse(`a file would replace ${kindOf(base)}`);
      else if ((now.mode & setId) !== 0n) refuse("it would run with the rights of its owner (setuid)");
      else await this.#file(place, entry);
    } catch (error) {
      refuse(systemReason(error));
    }
  }

  async #folder({ grant, upper, lower, merged }: Place, { name, base, names }: Entry): Promise<void> {
    const before = this.found.length;
    const isThere = base !== undefined && lower !== undefined;
    await using above = await holdChild(upper, name);
    await using below = isThere ? await holdChild(lower, name) : undefined;
    await using together = isThere && merged !== undefined ? await holdChild(merged, name) : undefined;
    await this.compare({ grant, names, upper: above, lower: below, merged: together });
    if (isThere || this.found.length > before) return;
    const shown = { ...nothing, path: `${shownPath(grant, names)}/`, kind: "created", refused: reason(grant, names) };
    this.#add({ shown: shown as FileChange, grant, names, becomes: "folder", before: null });
  }

  async #file({ grant, upper, lower }: Place, { name, now, base, names }: Entry): Promise<void> {
    const { limits, copies, signal } = this.#options;
    const kind = base === undefined ? "created" : "modified";
    if (now.size > limits.fileBytes) {
      this.#refuse(grant, names, kind, `it has ${now.size} bytes, more than ${limits.fileBytes}`);
      return;
    }
    this.#bytes += Number(now.size);
    if (this.#bytes > limits.totalBytes) throw tooMuch(`wrote more than ${limits.totalBytes} bytes`);
    const copy = join(copies, String(this.found.length));
    await using target = await open(copy, "w", 0o600);
    const after = await readBytes(upper, name, now, target, signal);
    const before = base && lower && (await this.#present(lower, name, base));
    if (after === undefined || (base !== undefined && before === undefined)) {
      this.#refuse(grant, names, kind, "it changed while it was compared; ask again");
      return;
    }
    if (before?.sha256 === after.sha256) {
      // Opened for writing, or copied up for another reason, but as it was.
      this.#bytes -= after.bytes;
      return;
    }
    const shown: FileChange = {
      path: shownPath(grant, names),
      kind,
      bytesBefore: before?.bytes ?? null,
      bytesAfter: after.bytes,
      sha256After: after.sha256,
      diff: await this.#diff(before ?? null, after),
      refused: reason(grant, names),
    };
    const was = base === undefined ? null : { stats: base, sha256: before?.sha256 ?? null };
    this.#add({ shown, grant, names, becomes: { copy }, before: was });
  }

  /** Something is to go. A folder goes with all that is in it, or not at all. */
  async #deletion({ grant, names, lower }: Place, name: string, base: BigIntStats | undefined): Promise<void> {
    if (base === undefined || lower === undefined) return;
    const path = [...names, name];
    const from = this.found.length;
    try {
      await this.#deleted(grant, path, lower, base);
    } catch (error) {
      this.#refuse(grant, path, "deleted", systemReason(error));
    }
    const refused = this.found.slice(from).find(({ shown }) => shown.refused !== null);
    if (refused === undefined || !base.isDirectory()) return;
    this.found.length = from;
    const why = `in it lies '${refused.shown.path}', and ${refused.shown.refused}`;
    this.#refuse(grant, path, "deleted", refused.names.length === path.length ? (refused.shown.refused ?? why) : why);
  }

  async #deleted(grant: HeldGrant, names: readonly string[], lower: HeldFolder, base: BigIntStats): Promise<void> {
    const name = names.at(-1) ?? "";
    let path = shownPath(grant, names);
    let before: FileBytes | Absent = absent;
    if (base.isDirectory()) {
      if (names.length > this.#options.limits.depth) throw tooMuch("deleted folders that lie too deep");
      path += "/";
      await using folder = await holdChild(lower, name);
      for (const inside of await this.#namesOf(folder)) {
        const stats = await statIn(folder, inside);
        if (stats === undefined) this.#refuse(grant, [...names, inside], "deleted", "its name is not valid text");
        else await this.#deleted(grant, [...names, inside], folder, stats);
      }
    } else if (base.isFile()) {
      before = (await this.#present(lower, name, base)) ?? absent;
    } else if (!base.isSymbolicLink()) {
      this.#refuse(grant, names, "deleted", `it is ${kindOf(base)}, not an ordinary file`);
      return;
    }
    const diff = before.text === null ? null : await this.#diff(before, null);
    const refused = reason(grant, names);
    const bytesBefore = base.isFile() ? Number(base.size) : null;
    this.#add({
      shown: { path, kind: "deleted", bytesBefore, bytesAfter: null, sha256After: null, diff, refused },
      grant,
      names,
      becomes: "nothing",
      before: { stats: base, sha256: before.sha256 },
    });
  }

  /** What the grant holds now. Of a file that is too large to be compared only the size. */
  async #present(folder: HeldFolder, name: string, base: BigIntStats): Promise<FileBytes | Absent | undefined> {
    if (base.size > this.#options.limits.fileBytes) return { ...absent, bytes: Number(base.size) };
    return await readBytes(folder, name, base, undefined, this.#options.signal);
  }

  async #diff(before: FileBytes | Absent | null, after: FileBytes | null): Promise<string | null> {
    if ((before !== null && before.text === null) || (after !== null && after.text === null)) return null;
    if (this.#diffRoom <= 0) return "[not shown: the changes of this call are too many to look through]";
    const { diffCharacters } = this.#options.limits;
    const diff = await unifiedDiff(before?.text ?? null, after?.text ?? null, Math.min(diffCharacters, this.#diffRoom));
    this.#diffRoom -= diff.length;
    return diff;
  }

  async #namesOf(folder: HeldFolder | undefined): Promise<string[]> {
    const names: string[] = [];
    if (folder === undefined) return names;
    for await (const name of namesIn(folder)) {
      throwIfCancelled(this.#options.signal);
      this.#entries += 1;
      if (this.#entries > this.#options.limits.entries) {
        throw tooMuch(`touched folders with more than ${this.#options.limits.entries} entries`);
      }
      names.push(name);
    }
    return names.sort();
  }

  #refuse(grant: HeldGrant, names: readonly string[], kind: FileChange["kind"], refused: string): void {
    const shown: FileChange = { ...nothing, path: shownPath(grant, names), kind, refused };
    this.#add({ shown, grant, names, becomes: "nothing", before: null });
  }

  #add(change: PendingChange): void {
    if (this.found.length >= this.#options.limits.changes) {
      throw tooMuch(`changed more than ${this.#options.limits.changes} files`);
    }
    this.found.push(change);
  }
}

type Absent = { readonly bytes: number; readonly sha256: null; readonly text: null };
const absent: Absent = { bytes: 0, sha256: null, text: null };
const nothing = { bytesBefore: null, bytesAfter: null, sha256After: null, diff: null } as const;

function reason(grant: HeldGrant, names: readonly string[]): string | null {
  return protectedReason(grant.path, names.join("/"));
}

function shownPath(grant: HeldGrant, names: readonly string[]): string {
  return neutraliseLine([grant.name, ...names].join("/"));
}

/** How an overlay marks what was deleted. */
function isWhiteout(stats: BigIntStats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0n;
}

/**
 * Whether the folder of the layer replaces the one of the grant (an opaque folder). That is an extended attribute, which
 * Node cannot read, but it shows: what the layer does not name is not to be seen in the merged folder. Where that cannot
 * be looked at, nothing counts as deleted.
 */
async function isReplaced({ lower, merged }: Place, inUpper: ReadonlySet<string>): Promise<boolean> {
  if (lower === undefined || merged === undefined) return false;
  for await (const name of namesIn(lower)) {
    if (!inUpper.has(name)) return (await statIn(merged, name)) === undefined;
  }
  return false;
}

function kindOf(stats: BigIntStats): string {
  if (stats.isFile()) return "a file";
  if (stats.isDirectory()) return "a folder";
  if (stats.isSymbolicLink()) return "a link";
  if (stats.isFIFO()) return "a pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

/** What the program made unreadable, what the host may not read in the grant, what is changed there meanwhile. */
function systemReason(error: unknown): string {
  const code = codeOf(error);
  if (error instanceof IndoorsError || code === "") throw error;
  return `the system said ${code} to reading it, or what is there now`;
}

function tooMuch(what: string): IndoorsError {
  return new IndoorsError(
    "tool.limit",
    `The changes were not taken over: the call ${what}. Nothing was written. Ask for less in one call.`,
  );
}
