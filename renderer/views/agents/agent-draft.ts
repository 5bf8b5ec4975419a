import { type Agent, agentId } from "../../../src/shared/agent.ts";

export const emptyAgent: Agent = { id: "", title: "", purpose: "", prompt: "", model: null, handOverTo: [] };

/** An id that a title suggests: "Front desk" is `front-desk`. Empty when there is nothing to make one of. */
export function idFrom(title: string): string {
  return title
    .normalize("NFKD")
    .replaceAll("ß", "ss")
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/gu, "")
    .replaceAll(/[^a-z0-9]+/gu, "-")
    .replaceAll(/^[^a-z]+|-+$/gu, "")
    .slice(0, 32)
    .replaceAll(/-+$/gu, "");
}

export interface AgentFaults {
  readonly title?: "missing";
  readonly id?: "form" | "taken";
}

/** What keeps an agent from being saved. `taken` are the ids that others have. */
export function faultsOf({ title, id }: Agent, taken: readonly string[]): AgentFaults {
  return {
    ...(title.trim() === "" ? { title: "missing" as const } : {}),
    ...(!agentId.safeParse(id).success ? { id: "form" as const } : taken.includes(id) ? { id: "taken" as const } : {}),
  };
}
