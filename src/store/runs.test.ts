import { describe, expect, test } from "vitest";
import { type Step, step as stepSchema } from "../shared/run.ts";
import type { Writer } from "./connection.ts";
import { createConversation } from "./conversations.ts";
import {
  appendStep,
  createRun,
  failInterruptedRuns,
  finishRun,
  getRun,
  listRuns,
  listSteps,
  replaceRuns,
  type Run,
  setContextTokens,
} from "./runs.ts";
import { freshStore } from "./testing/fresh-store.ts";

function newRun(writer: Writer): Run {
  const { id } = createConversation(writer, { title: "test" });
  const grants = [{ name: "letters", path: "/home/user/letters", mode: "ro" as const }];
  return createRun(writer, {
    conversationId: id,
    agent: "assistant",
    model: "tinyllama",
    modelSha256: "9e",
    device: "auto",
    grants,
  });
}

const timing = { promptTokens: 9, evaluatedTokens: 2, generatedTokens: 3, firstTokenMs: 1.5, totalMs: 20.25 };
const steps: readonly Step[] = [
  { kind: "question", text: "Wie heißt “das”? 🚀\u0000" },
  { kind: "malformed", text: "{", error: "not JSON", timing },
  {
    kind: "call",
    call: { id: "1", tool: "read_file", arguments: { path: "letters/a.txt", lines: [1, 2], deep: { a: null } } },
    choice: [{ option: "read_file", score: -0.5 }],
  },
  { kind: "decision", callId: "1", decision: "allow", reason: "reading inside a grant" },
  { kind: "result", callId: "1", outcome: { ok: true, text: "Dear…", truncated: false }, ms: 12.5 },
  { kind: "compacted", callIds: ["1"] },
  { kind: "answer", text: "So.", timing },
  { kind: "stopped", reason: "step-limit", message: "Twelve steps." },
];

describe("runs", () => {
  test("every kind of step comes back as it was, numbered without gaps", () => {
    const { reader, writer } = freshStore();
    const run = newRun(writer);
    const stored = steps.map((step) => appendStep(writer, run.id, step));
    expect(stored.map(({ seq }) => seq)).toEqual(steps.map((_, index) => index));
    expect(listSteps(reader, run.id)).toEqual(stored);
    expect(listSteps(reader, run.id).map(({ step }) => stepSchema.parse(step))).toEqual(steps);
    expect(getRun(reader, run.id)).toEqual(run);
    expect(listRuns(reader, run.conversationId)).toEqual([run]);
  });

  test("a stored step can neither be changed, replaced nor deleted", () => {
    const { reader, writer } = freshStore();
    const run = newRun(writer);
    appendStep(writer, run.id, { kind: "question", text: "first" });
    expect(() => writer.run("UPDATE steps SET step = '{}'")).toThrow("a step is never changed");
    expect(() => writer.run("DELETE FROM steps")).toThrow("a step is never deleted");
    expect(() =>
      writer.run("INSERT OR REPLACE INTO steps (run_id, seq, step, created_at) VALUES (@id, 0, '{}', '')", {
        id: run.id,
      }),
    ).toThrow("a step is never deleted");
    expect(() =>
      writer.run("INSERT INTO steps (run_id, seq, step, created_at) VALUES (@id, 0, '{}', '')", { id: run.id }),
    ).toThrow("UNIQUE");
    expect(listSteps(reader, run.id)).toMatchObject([{ seq: 0, step: { kind: "question", text: "first" } }]);
  });

  test("a run ends once, and takes no step after that", () => {
    const { reader, writer } = freshStore();
    const run = newRun(writer);
    finishRun(writer, run.id, "stopped");
    expect(getRun(reader, run.id).status).toBe("stopped");
    const refused = expect.objectContaining({ code: "input.invalid", message: expect.stringContaining("(stopped)") });
    expect(() => finishRun(writer, run.id, "done")).toThrow(refused);
    expect(() => appendStep(writer, run.id, { kind: "answer", text: "late" })).toThrow(refused);
    expect(() => appendStep(writer, "x", { kind: "answer", text: "" })).toThrow(
      expect.objectContaining({ code: "not-found" }),
    );
  });

  test("a run belongs to a conversation that is there", () => {
    const { writer } = freshStore();
    const of = { conversationId: "x", agent: "assistant" };
    const run = { ...of, model: "m", modelSha256: "00", device: "auto" as const, grants: [] };
    expect(() => createRun(writer, run)).toThrow(expect.objectContaining({ code: "not-found" }));
  });

  test("a new run takes the place of a run and of all after it; what was replaced before keeps that", () => {
    const { reader, writer } = freshStore();
    const { conversationId, id: first } = newRun(writer);
    const next = () => createRun(writer, { ...getRun(reader, first), conversationId }).id;
    const replacements = () => listRuns(reader, conversationId).map(({ replacedBy }) => replacedBy);
    finishRun(writer, first, "done");
    const [second, third] = [next(), next()];
    const edited = next();
    const refused = (why: string) =>
      expect.objectContaining({ code: "input.invalid", message: expect.stringContaining(why) });
    expect(() => replaceRuns(writer, { replaced: second, by: edited })).toThrow(refused("still being answered"));
    for (const id of [second, third]) finishRun(writer, id, "done");
    replaceRuns(writer, { replaced: second, by: edited });
    expect(replacements()).toEqual([null, edited, edited, null]);
    finishRun(writer, edited, "stopped");
    const again = next();
    expect(() => replaceRuns(writer, { replaced: third, by: again })).toThrow(refused("replaced before"));
    replaceRuns(writer, { replaced: first, by: again });
    expect(replacements()).toEqual([again, edited, edited, again, null]);
    const stranger = newRun(writer);
    expect(() => replaceRuns(writer, { replaced: stranger.id, by: again })).toThrow(refused("another conversation"));
  });

  test("keeps what the model could hold in view, once that is known", () => {
    const { reader, writer } = freshStore();
    const { id, contextTokens } = newRun(writer);
    expect(contextTokens).toBe(null);
    setContextTokens(writer, id, 2048);
    expect(getRun(reader, id).contextTokens).toBe(2048);
  });

  test("what a dead process left running has failed; what had ended stays", () => {
    const { reader, writer } = freshStore();
    const [left, ended] = [newRun(writer), newRun(writer)];
    finishRun(writer, ended.id, "done");
    expect(failInterruptedRuns(writer)).toBe(1);
    expect([left, ended].map(({ id }) => getRun(reader, id).status)).toEqual(["failed", "done"]);
  });
});
