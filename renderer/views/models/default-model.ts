import type { ModelStatus } from "../../../src/shared/host-contract.ts";
import type { ModelRole } from "../../../src/shared/model.ts";

/** The roles of which a person may choose the model. */
export type ChosenRole = "speech" | "chat";

export function isChosenRole(role: ModelRole): role is ChosenRole {
  return role === "speech" || role === "chat";
}

/**
 * The model that is used for a role: the one that was chosen while it is there; else, as the host does, an imported one
 * before those that came with Indoors, which stand in their order. Undefined when none is there.
 */
export function defaultModel(
  models: readonly ModelStatus[],
  role: ModelRole,
  chosen: string | null,
): string | undefined {
  const there = models.filter(({ model, state }) => model.role === role && state !== "missing" && state !== "changed");
  const found =
    there.find(({ model }) => model.name === chosen) ??
    there.find(({ model }) => model.origin === "imported") ??
    there[0];
  return found?.model.name;
}
