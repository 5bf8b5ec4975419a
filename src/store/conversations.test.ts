import { describe, expect, test } from "vitest";
import {
  addMessage,
  createConversation,
  deleteConversation,
  getConversation,
  listConversations,
  listMessages,
  renameConversation,
} from "./conversations.ts";
import { appendStep, createRun, listRuns, listSteps } from "./runs.ts";
import { searchMessages } from "./search.ts";
import { freshStore, isWhole } from "./testing/fresh-store.ts";

describe("conversations", () => {
  test("what is stored comes back, messages in order", () => {
    const { reader, writer } = freshStore();
    const conversation = createConversation(writer, { title: "Fuel cells" });
    expect(getConversation(reader, conversation.id)).toEqual(conversation);
    const question = addMessage(writer, { conversationId: conversation.id, role: "user", text: "What happened?" });
    const answer = addMessage(writer, {
      conversationId: conversation.id,
      role: "assistant",
      text: "A main bus B undervolt.",
    });
    expect(listMessages(reader, conversation.id)).toEqual([question, answer]);
    expect(question.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test("the conversation with the newest message comes first", async () => {
    const { reader, writer } = freshStore();
    const [a, b] = ["a", "b"].map((title) => createConversation(writer, { title }));
    expect(listConversations(reader).map((conversation) => conversation.title)).toEqual(["b", "a"]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    addMessage(writer, { conversationId: a!.id, role: "user", text: "again" });
    expect(listConversations(reader).map((conversation) => conversation.title)).toEqual(["a", "b"]);
    renameConversation(writer, b!.id, "c");
    expect(getConversation(reader, b!.id).title).toBe("c");
  });

  test("deleting one takes its messages, runs and steps, and its words out of the search", () => {
    const store = freshStore();
    const { reader, writer } = store;
    const conversation = createConversation(writer, { title: "gone" });
    const run = createRun(writer, {
      conversationId: conversation.id,
      agent: "assistant",
      model: "m",
      modelSha256: "00",
      device: "auto",
      grants: [],
    });
    appendStep(writer, run.id, { kind: "question", text: "secret?" });
    addMessage(writer, { conversationId: conversation.id, role: "user", text: "secret?", runId: run.id });
    expect(searchMessages(reader, { query: "secret", limit: 5 })).toHaveLength(1);
    expect(deleteConversation(writer, conversation.id)).toBe(true);
    expect(deleteConversation(writer, conversation.id)).toBe(false);
    expect(listMessages(reader, conversation.id)).toEqual([]);
    expect(listRuns(reader, conversation.id)).toEqual([]);
    expect(listSteps(reader, run.id)).toEqual([]);
    expect(searchMessages(reader, { query: "secret", limit: 5 })).toEqual([]);
    expect(isWhole(store)).toBe(true);
  });

  test("an unknown id is not-found", () => {
    const { reader, writer } = freshStore();
    const notFound = expect.objectContaining({ code: "not-found" });
    expect(() => getConversation(reader, "x")).toThrow(notFound);
    expect(() => renameConversation(writer, "x", "y")).toThrow(notFound);
    expect(() => addMessage(writer, { conversationId: "x", role: "user", text: "" })).toThrow(notFound);
  });
});
