import { expect, it } from "vitest";
import { IndoorsError } from "../../shared/errors.ts";
import { AppendQueue } from "./append-queue.ts";
import { entry } from "./testing/test-log.ts";
import type { Append } from "./audit-database.ts";

const event: Append = { phase: "event", entry: entry() };

it("rows that arrive together share a transaction, and each hears of its own end", async () => {
  const batches: number[] = [];
  const queue = new AppendQueue({
    append: (appends) => {
      batches.push(appends.length);
      return appends.map((_, index) => (index === 1 ? new IndoorsError("not-found") : `id-${index}`));
    },
  });
  const ends = await Promise.allSettled([queue.add(event), queue.add(event), queue.add(event)]);
  expect(batches).toEqual([3]);
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  await queue.add(event);
  expect(batches).toEqual([3, 1]);
});

it("nothing resolves when the transaction fails", async () => {
  const queue = new AppendQueue({
    append: () => {
      throw new IndoorsError("audit.unwritable");
    },
  });
  const ends = await Promise.allSettled([queue.add(event), queue.add(event)]);
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
