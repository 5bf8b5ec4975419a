import { describe, expect, it } from "vitest";
import { agentId } from "../../../src/shared/agent.ts";
import { emptyAgent, faultsOf, idFrom } from "./agent-draft.ts";

describe("an agent that is being made", () => {
  it("gets an id from its title, one that the host takes", () => {
    expect(["Front desk", "Größe & Maß", "2nd line", "  Éva!  "].map(idFrom)).toEqual([
      ...["front-desk", "grosse-mass", "nd-line", "eva"],
    ]);
    expect(agentId.safeParse(idFrom("a very long title that goes on and on and on")).success).toBe(true);
    expect(idFrom("诊所")).toBe("");
  });

  it("needs a title and an id of its own", () => {
    expect(faultsOf(emptyAgent, [])).toEqual({ title: "missing", id: "form" });
    expect(faultsOf({ ...emptyAgent, title: "Records", id: "records" }, ["records"])).toEqual({ id: "taken" });
    expect(faultsOf({ ...emptyAgent, title: "Records", id: "records" }, ["assistant"])).toEqual({});
  });
});
