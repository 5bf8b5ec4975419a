import { describe, expect, it } from "vitest";
import type { Agent } from "../../../src/shared/agent.ts";
import { chosenAgent, modelFor } from "./chosen-agent.ts";

const agent = (id: string, model: string | null = null): Agent => ({
  ...{ id, title: id, purpose: "", prompt: "", model },
  handOverTo: [],
});
const agents = [agent("assistant"), agent("records", "qwen3-8b")];
const run = (name: string, model: string, handedOverBy: string | null = null) => ({ agent: name, model, handedOverBy });

describe("who the next question goes to", () => {
  it("is whom the person asked last, not whom that one asked", () => {
    expect(chosenAgent(null, [run("assistant", "tiny"), run("records", "qwen3-8b", "r1")], agents)).toBe("assistant");
    expect(chosenAgent(null, [run("records", "qwen3-8b")], agents)).toBe("records");
    expect(chosenAgent("assistant", [run("records", "qwen3-8b")], agents)).toBe("assistant");
    expect(chosenAgent("gone", [run("gone", "tiny")], agents)).toBe("assistant");
    expect(chosenAgent(null, [], [])).toBe("assistant");
  });

  it("answers with the model it used here, else its own", () => {
    const runs = [run("records", "tiny"), run("assistant", "gemma")];
    expect(modelFor("records", runs, agents)).toBe("tiny");
    expect(modelFor("records", [], agents)).toBe("qwen3-8b");
    expect(modelFor("assistant", [], agents)).toBeNull();
  });
});
