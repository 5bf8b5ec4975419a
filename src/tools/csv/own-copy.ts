/**
 * The same text in memory of its own. A cell is a part of the chunk it was read in, and keeping one cell would keep the
 * chunk: of a large table, all of it.
 */
export function ownCopy(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
