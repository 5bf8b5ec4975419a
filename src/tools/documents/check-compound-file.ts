/**
 * Whether a compound file (the container of Outlook messages) hangs together: every chain of sectors ends, stays inside
 * the file and the tree of its entries has no ring. The library that reads messages follows all of
 * these without looking, and a ring would keep it for ever.
 */
export function isSoundCompoundFile(bytes: Uint8Array): boolean {
  try {
    return isSound(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    // Something lies outside the file.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Numbers from here on are no sectors but marks: end of a chain, free, used by the tables themselves. */
const firstMark = 0xfffffffa;
const headerBytes = 512;
const entryBytes = 128;
const none = 0xffffffff;

function isSound(view: DataView): boolean {
  const shift = view.getUint16(30, true);
  if (shift !== 9 && shift !== 12) return false;
  const size = 2 ** shift;
  const sectors = Math.ceil((view.byteLength - headerBytes) / size);
  const numbersOf = (sector: number) =>
    Array.from({ length: size / 4 }, (_, at) => view.getUint32(headerBytes + sector * size + 4 * at, true));

  const tables = allocationTables(view, numbersOf, sectors);
  const next = tables?.flatMap(numbersOf);
  if (next === undefined || !endsEverywhere(next, sectors)) return false;

  const chain = (first: number): number[] => {
    const found: number[] = [];
    for (let at = first; at < firstMark; at = next[at] ?? firstMark) {
      if (at >= sectors) throw new RangeError("outside the file");
      found.push(at);
    }
    return found;
  };
  const small = chain(view.getUint32(60, true)).flatMap(numbersOf);
  return endsEverywhere(small, small.length) && isTree(view, chain(view.getUint32(48, true)), size);
}

/** The sectors that hold the table of sectors: 109 in the header, more in a chain of lists. Undefined for a ring. */
function allocationTables(
  view: DataView,
  numbersOf: (sector: number) => number[],
  sectors: number,
): number[] | undefined {
  const tables = Array.from({ length: 109 }, (_, at) => view.getUint32(76 + 4 * at, true));
  const lists = new Set<number>();
  for (let list = view.getUint32(68, true); list < firstMark;) {
    if (lists.has(list) || list >= sectors) return undefined;
    lists.add(list);
    const numbers = numbersOf(list);
    list = numbers.pop() ?? none;
    tables.push(...numbers);
  }
  const used = tables.filter((sector) => sector < firstMark);
  return new Set(used).size === used.length && used.length <= sectors ? used : undefined;
}

/** True when no sector is followed by one outside the file, and no walk comes back to where it was. */
function endsEverywhere(next: readonly number[], sectors: number): boolean {
  if (next.some((after) => after < firstMark && after >= sectors)) return false;
  // The walk that came by first, by its number.
  const walkOf = new Uint32Array(next.length);
  for (let first = 0; first < next.length; first++) {
    const walk = first + 1;
    for (let at = first; at < next.length && walkOf[at] === 0; at = next[at] ?? none) {
      walkOf[at] = walk;
      if (walkOf[next[at] ?? none] === walk) return false;
    }
  }
  return true;
}

/** The entries form trees of brothers, each with a tree of children. */
function isTree(view: DataView, directory: readonly number[], size: number): boolean {
  const perSector = size / entryBytes;
  const count = directory.length * perSector;
  const seen = new Set<number>();
  const waiting = [0];
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (entry === none) continue;
    if (entry >= count || seen.has(entry)) return false;
    seen.add(entry);
    const at = headerBytes + (directory[Math.floor(entry / perSector)] ?? 0) * size + (entry % perSector) * entryBytes;
    waiting.push(view.getUint32(at + 68, true), view.getUint32(at + 72, true), view.getUint32(at + 76, true));
  }
  return true;
}
