import { IndoorsError } from "../../shared/errors.ts";
import { mostPages } from "./limits.ts";

/**
 * Asks for page after page.
 * @param what what is listed, for messages: "tools"
 * @throws IndoorsError `tool.limit` for more than `most`, too many pages, or pages that go in a circle.
 */
export async function allPages<T>(
  what: string,
  most: number,
  page: (cursor: string | undefined) => Promise<{ readonly items: readonly T[]; readonly next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const { items, next } = await page(cursor);
    if (all.length + items.length > most) {
      throw new IndoorsError(
        "tool.limit",
        `The server lists more than ${most} ${what}. Use a server with fewer, or switch some off in its settings.`,
        { limit: what },
      );
    }
    all.push(...items);
    if (next === undefined) return all;
    if (seen.has(next)) break;
    seen.add(next);
    cursor = next;
  }
  throw new IndoorsError("tool.limit", `The server's list of ${what} does not end. Tell its maker.`, { limit: what });
}
