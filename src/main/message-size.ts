/** The largest message that a window may send, in bytes as counted below. */
export const largestMessage = 8 * 1024 * 1024;

const deepest = 64;

/**
 * About how many bytes a message takes, or null when it cannot be one: too deep (or circular), or with something in it
 * that is neither JSON nor bytes. Stops counting behind `limit`, so that it never costs more than a message may.
 */
export function messageSize(value: unknown, limit: number = largestMessage): number | null {
  let size = 0;
  let isMessage = true;
  const refuse = () => (isMessage = false);

  /** False: stop. */
  function count(part: unknown, depth: number): boolean {
    size += typeof part === "string" ? part.length : 8;
    if (size > limit) return false;
    if (typeof part === "bigint" || typeof part === "function" || typeof part === "symbol") return refuse();
    if (typeof part !== "object" || part === null) return true;
    if (depth === deepest) return refuse();
    if (part instanceof Uint8Array) {
      size += part.byteLength;
      return true;
    }
    if (Array.isArray(part)) return part.every((item) => count(item, depth + 1));
    const kind: unknown = Object.getPrototypeOf(part);
    if (kind !== Object.prototype && kind !== null) return refuse();
    return Object.entries(part).every(([name, item]) => {
      size += name.length;
      return count(item, depth + 1);
    });
  }
  count(value, 0);
  return isMessage ? size : null;
}
