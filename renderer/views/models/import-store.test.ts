import { describe, expect, it, vi } from "vitest";
import { IndoorsError } from "../../../src/shared/errors.ts";
import { inMemoryBridge } from "../../testing/in-memory-bridge.ts";
import { openConnection } from "../../bridge/connection.ts";
import { makeImportStore } from "./import-store.ts";

function storeWith(importModels: (path: string, signal: AbortSignal) => Promise<never> | object) {
  const made = inMemoryBridge(
    { "models.import": ({ path }, signal) => importModels(path, signal) as never },
    { "shell.state": () => Promise.reject(new IndoorsError("not-found")) },
  );
  const connection = openConnection(made.bridge, () => {});
  return { store: makeImportStore(connection), host: made.host };
}

describe("the import of models", () => {
  it("follows the phases, and keeps what came of it until it is dismissed", async () => {
    const done = Promise.withResolvers<object>();
    const { store, host } = storeWith(() => done.promise);
    store.start("/stick/model.gguf");
    host.emit("models.progress", { name: "model.gguf", phase: "copying", done: 1, total: 4 });
    await vi.waitFor(() => expect(store.state().at).toEqual({ file: "model.gguf", phase: "copying", share: 0.25 }));
    const outcome = { imported: [], refused: [{ path: "/stick/a", reason: "truncated", message: "Copy it again." }] };
    done.resolve(outcome);
    await vi.waitFor(() => expect(store.state()).toEqual({ path: null, at: null, outcome, error: null }));
    store.dismiss();
    expect(store.state().outcome).toBeNull();
  });

  it("is cancelled in the host, and says nothing of it", async () => {
    let started = false;
    let aborted = false;
    const { store } = storeWith(
      (_path, signal) =>
        new Promise<never>((_resolve, reject) => {
          started = true;
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(new IndoorsError("cancelled"));
          });
        }),
    );
    store.start("/stick");
    await vi.waitFor(() => expect(started).toBe(true));
    store.cancel();
    await vi.waitFor(() => expect(store.state().path).toBeNull());
    await vi.waitFor(() => expect(aborted).toBe(true));
    expect(store.state().error).toBeNull();
  });

  it("starts no second one beside the first, and takes a check of models for something else", async () => {
    let started = 0;
    const { store, host } = storeWith(() => {
      started += 1;
      return new Promise<never>(() => {});
    });
    store.start("/one");
    store.start("/two");
    host.emit("models.progress", { name: "base.en", phase: "reading", done: 1, total: 2 });
    await vi.waitFor(() => expect(started).toBe(1));
    expect(store.state()).toMatchObject({ path: "/one", at: null });
  });

  it("keeps a failure, in the host's words", async () => {
    const { store } = storeWith(() =>
      Promise.reject(new IndoorsError("input.invalid", "There is no model in /empty.")),
    );
    store.start("/empty");
    await vi.waitFor(() => expect(store.state().error?.message).toBe("There is no model in /empty."));
  });
});
