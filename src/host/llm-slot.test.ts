import { expect, it } from "vitest";
import { IndoorsError } from "../shared/errors.ts";
import type { InstalledModel } from "../shared/model.ts";
import type { LlmEngine } from "./llm-engine.ts";
import { LlmSlot } from "./llm-slot.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";

const model = (name: string) => ({ name, path: `/${name}`, sha256: name, bytes: 1 }) as InstalledModel;
const [small, large] = [model("small"), model("large")];

/** A slot whose engines are played: what was loaded and unloaded, in order. */
function start() {
  const story: string[] = [];
  const notices: string[] = [];
  let loading: Promise<void> = Promise.resolve();
  const slot = new LlmSlot({
    library: { ensureUnchanged: async () => {} },
    audit: new MemoryAudit(),
    ...{ nodePath: "", onLog: () => {}, onNotice: (text) => notices.push(text), contextTokens: 4096 },
    threadsFor: async () => 1,
    async open({ model: { name } }) {
      await loading;
      story.push(`load ${name}`);
      return { dispose: async () => void story.push(`unload ${name}`) } as LlmEngine;
    },
  });
  const { signal } = new AbortController();
  return {
    ...{ slot, story, notices },
    borrow: (one: InstalledModel, stop: AbortSignal = signal) => slot.borrow(one, "auto", stop),
    /** What is loaded after this waits for the result; `fail` makes it fail. */
    slow() {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      loading = promise;
      return { resolve, fail: () => reject(new IndoorsError("engine.failed")) };
    },
  };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

it("lends one model to several, and loads it once", async () => {
  const { borrow, story } = start();
  const [one, other] = await Promise.all([borrow(small), borrow(small)]);
  expect(one.model).toBe(other.model);
  expect(story).toEqual(["load small"]);
});

it("lets whoever wants another model wait until the first is back, in the order of asking", async () => {
  const { borrow, story, notices } = start();
  const [one, two] = [await borrow(small), await borrow(small)];
  const waiting = borrow(large);
  const after = borrow(small);
  one.giveBack();
  one.giveBack();
  await soon();
  expect(story).toEqual(["load small"]);
  expect(notices).toEqual([expect.stringMatching(/^large is loaded when small has answered/)]);
  two.giveBack();
  const third = await waiting;
  expect(story).toEqual(["load small", "unload small", "load large"]);
  third.giveBack();
  await after;
  expect(story.slice(3)).toEqual(["unload large", "load small"]);
});

it("does not unload what is asked for again", async () => {
  const { borrow, story } = start();
  (await borrow(small)).giveBack();
  (await borrow(small)).giveBack();
  (await borrow(large)).giveBack();
  expect(story).toEqual(["load small", "unload small", "load large"]);
});

it("whoever gives up while waiting, or while it is loaded, holds nobody up", async () => {
  const { borrow, slow, story } = start();
  const held = await borrow(small);
  const controller = new AbortController();
  const waiting = borrow(large, controller.signal);
  const behind = borrow(small);
  await soon();
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  (await behind).giveBack();
  held.giveBack();
  const load = slow();
  const second = new AbortController();
  const loading = borrow(large, second.signal);
  await soon();
  second.abort();
  await expect(loading).rejects.toMatchObject({ code: "cancelled" });
  load.resolve();
  // It was loaded for nobody, so it is free for the next.
  (await borrow(small)).giveBack();
  expect(story).toEqual(["load small", "unload small", "load large", "unload large", "load small"]);
});

it("tries again after a load that failed", async () => {
  const { borrow, slow, story } = start();
  slow().fail();
  await expect(borrow(small)).rejects.toMatchObject({ code: "engine.failed" });
  slow().resolve();
  await borrow(small);
  expect(story).toEqual(["load small"]);
});

it("frees a model only when nobody has it", async () => {
  const { slot, borrow, story } = start();
  const held = await borrow(small);
  await slot.free(large);
  await expect(slot.free(small)).rejects.toMatchObject({ code: "input.invalid" });
  expect(story).toEqual(["load small"]);
  held.giveBack();
  await slot.free(small);
  expect(story).toEqual(["load small", "unload small"]);
});
