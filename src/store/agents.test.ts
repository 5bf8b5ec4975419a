import { expect, test } from "vitest";
import { type Agent, agent as agentSchema } from "../shared/agent.ts";
import { getAgent, listAgents, putAgent, removeAgent } from "./agents.ts";
import { createConversation } from "./conversations.ts";
import { appendStep, createRun, finishRun, getRun, listStepsOf, replaceRuns } from "./runs.ts";
import { freshStore } from "./testing/fresh-store.ts";

const records: Agent = {
  ...{ id: "records", title: "Records “A”", purpose: "Finds records.", prompt: "You know records.\n🗂", model: "m" },
  handOverTo: ["assistant"],
};

test("the first agent is always there, before all others", () => {
  const { reader, writer } = freshStore();
  expect(listAgents(reader).map((one) => agentSchema.parse(one))).toMatchObject([
    { id: "assistant", prompt: "", model: null, handOverTo: [] },
  ]);
  putAgent(writer, { ...records, id: "aaa" });
  expect(listAgents(reader).map(({ id }) => id)).toEqual(["assistant", "aaa"]);
});

test("an agent comes back as it was put, is changed in its place, and goes", () => {
  const { reader, writer } = freshStore();
  putAgent(writer, records);
  expect(getAgent(reader, "records")).toEqual(records);
  putAgent(writer, { ...getAgent(reader, "assistant"), handOverTo: ["records"] });
  putAgent(writer, { ...records, title: "Archive", model: null });
  expect(listAgents(reader)).toMatchObject([{ id: "assistant" }, { id: "records", title: "Archive", model: null }]);
  expect(removeAgent(writer, "records")).toBe(true);
  expect(removeAgent(writer, "records")).toBe(false);
  expect(getAgent(reader, "assistant").handOverTo).toEqual([]);
  expect(() => getAgent(reader, "records")).toThrow(expect.objectContaining({ code: "not-found" }));
});

test("an agent is shown its own steps of a conversation, without those that were replaced", () => {
  const { reader, writer } = freshStore();
  const { id: conversationId } = createConversation(writer, { title: "both" });
  const ask = (agent: string, text: string, handedOverBy: string | null = null) => {
    const made = { conversationId, agent, handedOverBy, taint: handedOverBy === null ? [] : ["read_file a"] };
    const run = createRun(writer, { ...made, model: "m", modelSha256: "00", device: "auto", grants: [] });
    appendStep(writer, run.id, { kind: "question", text });
    finishRun(writer, run.id, "done");
    return run.id;
  };
  const seen = (agent: string) =>
    listStepsOf(reader, conversationId, agent).map((step) => (step.kind === "question" ? step.text : ""));
  const first = ask("assistant", "one");
  const second = ask("records", "two", first);
  const third = ask("assistant", "three");
  expect(getRun(reader, first)).toMatchObject({ agent: "assistant", handedOverBy: null, taint: [] });
  expect(getRun(reader, second)).toMatchObject({ agent: "records", handedOverBy: first, taint: ["read_file a"] });
  expect(seen("assistant")).toEqual(["one", "three"]);
  expect(seen("records")).toEqual(["two"]);
  expect(seen("nobody")).toEqual([]);
  replaceRuns(writer, { replaced: third, by: ask("assistant", "three again") });
  expect(seen("assistant")).toEqual(["one", "three again"]);
});
