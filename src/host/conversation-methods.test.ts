import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { LanguageModel } from "../agent/ports.ts";
import { promptText } from "../agent/testing/scripted-model.ts";
import { IndoorsError } from "../shared/errors.ts";
import { hostContract } from "../shared/host-contract.ts";
import type { InstalledModel } from "../shared/model.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import { addMessage, createConversation } from "../store/conversations.ts";
import { createRun, failInterruptedRuns } from "../store/runs.ts";
import { freshStore } from "../store/testing/fresh-store.ts";
import { AgentRuns } from "./agent-runs.ts";
import { conversationMethods } from "./conversation-methods.ts";
import { openPolicyFile } from "./policy-file.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";
import { noServers } from "./testing/no-servers.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-conversations-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = { name: "talking", sha256: "00", role: "chat" } as InstalledModel;
const timing = { promptTokens: 1, evaluatedTokens: 1, generatedTokens: 1, firstTokenMs: 1, totalMs: 1 };

/** Real runs and store; a model that answers each question by its number, once `speak` is settled. */
async function start() {
  const store = freshStore();
  const audit = new MemoryAudit();
  const prompts: string[] = [];
  let speak = Promise.resolve();
  let lent = 0;
  const ended = new Map<string, PromiseWithResolvers<string>>();
  const endOf = (id: string) => {
    const known = ended.get(id) ?? Promise.withResolvers<string>();
    ended.set(id, known);
    return known;
  };
  const talking: LanguageModel = {
    contextTokens: 2048,
    toolTemplate: true,
    countPrompt: async () => 1,
    score: () => Promise.reject(new Error("nobody asks for scores")),
    async generate({ messages }) {
      prompts.push(promptText(messages));
      await speak;
      return { text: `Answer ${prompts.length}.`, calls: [], stop: "end", timing };
    },
  };
  const changes: string[] = [];
  const runs = new AgentRuns({
    servers: noServers,
    ...{ store, audit, contextTokens: 4096, policy: await openPolicyFile(mkdtempSync(join(folder, "data-"))) },
    approvals: { ask: () => Promise.reject(new Error("nobody asks")) },
    library: { choose: async () => model, named: () => model },
    slot: {
      async borrow() {
        lent += 1;
        return { model: talking, giveBack: () => (lent -= 1) };
      },
    },
    sealedTools: async () => ({
      specs: [],
      report: () => ({ level: "A", launcher: "bubblewrap", probeId: "p" }) as SandboxReport,
      prepare: () => {},
      launch: () => Promise.reject(new Error("there is no tool")),
    }),
    checkGrants: async () => {},
    onAsked: () => changes.push("asked"),
    ...{ onStep: () => {}, onText: () => {}, onLog: () => {} },
    onEnded: (id, status) => endOf(id).resolve(status),
  });
  const onChanged = () => changes.push("changed");
  const methods = conversationMethods({ store, runs, audit, contextTokens: 4096, onChanged });
  const { signal } = new AbortController();
  const request = { agent: "assistant", model: null, grants: [], device: "auto" } as const;
  const begin = (question: string, conversationId: string | null = null, replaces: string | null = null) =>
    runs.start({ ...request, question, conversationId, replaces });
  return {
    ...{ store, audit, runs, prompts, changes, begin },
    lent: () => lent,
    /** Asks and waits for the answer. */
    async ask(question: string, conversationId: string | null = null, replaces: string | null = null) {
      const run = await begin(question, conversationId, replaces);
      expect(await endOf(run.runId).promise).toBe("done");
      return run;
    },
    ended: (id: string) => endOf(id).promise,
    /** Makes the model wait; the result lets it speak. */
    hush() {
      const { promise, resolve } = Promise.withResolvers<void>();
      speak = promise;
      return resolve;
    },
    async get(id: string) {
      const got = await methods["conversations.get"]({ id }, signal);
      return hostContract.methods["conversations.get"].result.parse(got);
    },
    async list(query: string | null, limit = 100) {
      const got = await methods["conversations.list"]({ query, limit }, signal);
      return hostContract.methods["conversations.list"].result.parse(got).conversations;
    },
    rename: (id: string, title: string) => methods["conversations.rename"]({ id, title }, signal),
    remove: (id: string) => methods["conversations.remove"]({ id }, signal),
    retry: (id: string) => methods["runs.retry"]({ id }, signal),
    exportAs: (id: string, format: "markdown" | "pdf") => methods["conversations.export"]({ id, format }, signal),
  };
}

describe("asking anew", () => {
  it("takes the run and all after it out of the model's view, and keeps them to be looked at", async () => {
    const talk = await start();
    const { conversationId } = await talk.ask("about apples");
    const pears = await talk.ask("about pears", conversationId);
    await talk.ask("about plums", conversationId);
    expect(talk.prompts.at(-1)).toMatch(/apples[^]*pears[^]*plums/u);
    const edited = await talk.ask("about quinces", conversationId, pears.runId);
    expect(talk.prompts.at(-1)).toMatch(/apples[^]*quinces/u);
    expect(talk.prompts.at(-1)).not.toMatch(/pears|plums/u);
    const { runs } = await talk.get(conversationId);
    expect(runs.map(({ replacedBy }) => replacedBy)).toEqual([null, edited.runId, edited.runId, null]);
    expect(runs.map(({ contextTokens }) => contextTokens)).toEqual([2048, 2048, 2048, 2048]);
    await talk.ask("about medlars", conversationId);
    expect(talk.prompts.at(-1)).toMatch(/apples[^]*quinces[^]*medlars/u);
    expect(talk.prompts.at(-1)).not.toMatch(/pears|plums/u);
    expect(talk.lent()).toBe(0);
  });

  it("asks the same again in the place of the old one", async () => {
    const talk = await start();
    const old = await talk.ask("about apples");
    const again = await talk.retry(old.runId);
    await talk.ended(again.runId);
    expect(talk.prompts.at(-1)?.match(/about apples/gu)).toHaveLength(1);
    expect(talk.runs.get(old.runId).replacedBy).toBe(again.runId);
    expect((await talk.list(null)).map(({ title }) => title)).toEqual(["about apples"]);
  });

  it("knows a question that no step has yet, and asks it again when the process died before there was one", async () => {
    const talk = await start();
    const { writer } = talk.store;
    const { id: conversationId } = createConversation(writer, { title: "about apples" });
    const dead = createRun(writer, {
      conversationId,
      agent: "assistant",
      model: "talking",
      modelSha256: "00",
      device: "auto",
      grants: [],
    });
    addMessage(writer, { conversationId, role: "user", text: "about apples", runId: dead.id });
    failInterruptedRuns(writer);
    const [shown] = (await talk.get(conversationId)).runs;
    expect(shown).toMatchObject({ question: "about apples", steps: [], status: "failed" });
    const again = await talk.retry(dead.id);
    await talk.ended(again.runId);
    expect(talk.prompts.at(-1)).toContain("about apples");
    const { runs } = await talk.get(conversationId);
    expect(runs.map(({ question, status }) => [question, status])).toEqual([
      ["about apples", "failed"],
      ["about apples", "done"],
    ]);
    expect((await talk.exportAs(conversationId, "markdown")).text).toContain("> about apples\n");
    const silent = createRun(writer, {
      conversationId,
      agent: "assistant",
      model: "talking",
      modelSha256: "00",
      device: "auto",
      grants: [],
    });
    await expect(talk.retry(silent.id)).rejects.toMatchObject({ code: "not-found" });
  });

  it("lets the title follow the first question until somebody gives another", async () => {
    const talk = await start();
    const { conversationId, runId } = await talk.ask("about appels");
    const second = await talk.ask("about apples", conversationId, runId);
    expect((await talk.get(conversationId)).conversation.title).toBe("about apples");
    await talk.rename(conversationId, "Fruit");
    await talk.ask("about pears", conversationId, second.runId);
    expect((await talk.get(conversationId)).conversation.title).toBe("Fruit");
  });

  it("is refused for a run of another conversation, a replaced one, and while one is answered; nothing changes", async () => {
    const talk = await start();
    const [one, other] = [await talk.ask("one"), await talk.ask("other")];
    const refused = (words: string) => ({ code: "input.invalid", message: expect.stringContaining(words) });
    await expect(talk.begin("x", one.conversationId, other.runId)).rejects.toMatchObject(refused("another"));
    await expect(talk.begin("x", null, one.runId)).rejects.toMatchObject(refused("another"));
    const speak = talk.hush();
    const running = await talk.begin("one more", one.conversationId, one.runId);
    await expect(talk.begin("x", one.conversationId)).rejects.toMatchObject(refused("still being answered"));
    await expect(talk.begin("x", one.conversationId, running.runId)).rejects.toMatchObject(refused("still being"));
    // Another conversation is not held up.
    const beside = await talk.begin("beside", other.conversationId);
    speak();
    await Promise.all([talk.ended(running.runId), talk.ended(beside.runId)]);
    await expect(talk.begin("x", one.conversationId, one.runId)).rejects.toMatchObject(refused("replaced before"));
    expect((await talk.get(one.conversationId)).runs).toHaveLength(2);
    expect(await talk.list(null)).toHaveLength(2);
  });
});

describe("conversations", () => {
  it("are found by what was said in them, each once with its best message", async () => {
    const talk = await start();
    const fruit = await talk.ask("apples and pears");
    await talk.ask("more apples", fruit.conversationId);
    const stone = await talk.ask("stones");
    const trees = await talk.ask("do apples grow on trees");
    expect((await talk.list(null)).map(({ id }) => id)).toEqual(
      [trees, stone, fruit].map(({ conversationId }) => conversationId),
    );
    expect(await talk.list(null, 1)).toMatchObject([{ id: trees.conversationId, hit: null }]);
    const found = await talk.list("apples");
    expect(found.map(({ hit }) => hit)).toEqual([
      { role: "user", text: "more apples" },
      { role: "user", text: "do apples grow on trees" },
    ]);
    expect(found.map(({ id }) => id)).toEqual([fruit.conversationId, trees.conversationId]);
    expect(await talk.list("apples", 1)).toHaveLength(1);
    expect(await talk.list("nobody said this")).toEqual([]);
  });

  it("are removed with everything in them, once what is under way has stopped", async () => {
    const talk = await start();
    const gone = await talk.ask("gone");
    const kept = await talk.ask("kept");
    talk.hush();
    const { runId } = await talk.begin("still going", gone.conversationId);
    await talk.remove(gone.conversationId);
    expect(await talk.ended(runId)).toBe("stopped");
    expect(() => talk.runs.get(runId)).toThrow(expect.objectContaining({ code: "not-found" }));
    expect((await talk.list(null)).map(({ id }) => id)).toEqual([kept.conversationId]);
    expect(await talk.list("gone")).toEqual([]);
    await expect(talk.remove(gone.conversationId)).rejects.toMatchObject({ code: "not-found" });
    expect(talk.lent()).toBe(0);
  });

  it("tell of every change", async () => {
    const talk = await start();
    const { conversationId } = await talk.ask("x");
    await talk.rename(conversationId, "y");
    await talk.remove(conversationId);
    expect(talk.changes).toEqual(["asked", "changed", "changed"]);
  });

  it("leave as Markdown, without what was replaced, and with a row", async () => {
    const talk = await start();
    const { conversationId, runId } = await talk.ask("first try");
    await talk.ask("What are *apples*?\nBe short.", conversationId, runId);
    await talk.rename(conversationId, "Fruit: a/b");
    const { name, text } = await talk.exportAs(conversationId, "markdown");
    expect(name).toBe("Fruit a b.md");
    expect(text).toContain("# Fruit: a/b\n");
    expect(text).toContain("> What are *apples*?\n> Be short.\n");
    expect(text).toContain("Answer 2.");
    expect(text).not.toContain("first try");
    expect(talk.audit.rows.at(-1)).toMatchObject({
      ...{ action: "export", facts: { kind: "conversation", format: "markdown" } },
    });
    expect(await talk.exportAs(conversationId, "pdf")).toEqual({ name: "Fruit a b.pdf", text });
    expect(talk.audit.rows.at(-1)).toMatchObject({ facts: { format: "pdf" } });
    talk.audit.failAt = 0;
    await expect(talk.exportAs(conversationId, "pdf")).rejects.toBeInstanceOf(IndoorsError);
  });

  it("may be empty", async () => {
    const talk = await start();
    const { id } = createConversation(talk.store.writer, { title: "empty" });
    expect((await talk.get(id)).runs).toEqual([]);
    expect((await talk.exportAs(id, "markdown")).text).toContain("# empty\n");
  });
});
