import { describe, expect, it } from "vitest";
import type { ModelStatus } from "../../../src/shared/host-contract.ts";
import { defaultModel } from "./default-model.ts";

function model(name: string, origin: "default" | "imported" = "default", state: ModelStatus["state"] = "present") {
  const facts = { path: `/${name}`, format: "gguf", purpose: "", licence: "", bytes: 1, sha256: "" } as const;
  return { model: { ...facts, name, role: "chat", origin }, state } satisfies ModelStatus;
}

describe("the model that is used", () => {
  it.each([
    ["the first of those that came along", [model("a"), model("b")], null, "a"],
    ["the chosen one", [model("a"), model("b")], "b", "b"],
    ["an imported one before the others", [model("a"), model("own", "imported")], null, "own"],
    ["another when the chosen one is not there", [model("a"), model("b", "default", "missing")], "b", "a"],
    ["another when the chosen one has changed", [model("a"), model("b", "imported", "changed")], "b", "a"],
    ["none", [model("a", "default", "missing")], null, undefined],
  ])("is %s", (_words, models, chosen, expected) => expect(defaultModel(models, "chat", chosen)).toBe(expected));

  it("is of that role only", () => expect(defaultModel([model("a")], "speech", null)).toBeUndefined());
});
