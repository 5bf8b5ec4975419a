import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../shared/llm-contract.ts";
import { fitPrompt } from "./compaction.ts";
import { excerpt } from "./excerpt.ts";
import type { Exchange, Prompt, Turn } from "./history.ts";
import { promptText } from "./testing/scripted-model.ts";

/** mulberry32, a small seeded generator: the same histories in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

let calls = 0;
function turn(next: () => number): Turn {
  if (next() < 0.15) return { kind: "malformed", text: "{oops", error: "The reply is not valid JSON." };
  const id = `call-${++calls}`;
  const text = `result ${id} `.repeat(1 + Math.floor(next() * 200));
  return {
    kind: "call",
    call: { id, tool: "read_file", arguments: { file: id } },
    outcome: { ok: next() < 0.8, text, truncated: false, code: "x" } as never,
    removed: next() < 0.1,
  };
}
function prompt(next: () => number): Prompt {
  const count = 1 + Math.floor(next() * 5);
  const exchanges = Array.from({ length: count }, (_none, index): Exchange => {
    const turns = Array.from({ length: Math.floor(next() * 5) }, () => turn(next));
    return {
      question: `question number ${index}?`,
      turns,
      ending: index === count - 1 ? undefined : `answer ${index}`,
    };
  });
  const toolTemplate = next() < 0.5;
  const answerOnly = !toolTemplate && next() < 0.3;
  return {
    system: "SYSTEM TEXT",
    exchanges,
    context: next() < 0.5 ? "Today is 2026-11-23." : "",
    // The move of an answer-only prompt carries the question, as moveText does.
    move: answerOnly ? `\nQuestion: question number ${count - 1}?` : "\nmove",
    toolTemplate,
    answerOnly,
    excerpt: (text, max) => excerpt(text, "result", max),
  };
}
const count = async (messages: readonly ChatMessage[]) => promptText(messages).length;

describe("compaction", () => {
  it("never drops the system text or the question, and keeps to the room (400 random histories)", async () => {
    const next = random(7);
    let full = 0;
    let removedSome = 0;
    for (let round = 0; round < 400; round++) {
      const made = prompt(next);
      const room = 60 + Math.floor(next() * 6000);
      const fit = await fitPrompt(made, { room, resultCharacters: 2000 }, count);
      if (!fit.fits) {
        full += 1;
        expect(fit.tokens).toBeGreaterThan(room);
        continue;
      }
      const current = made.exchanges.at(-1)!;
      expect(await count(fit.messages)).toBeLessThanOrEqual(room);
      expect(fit.messages[0]).toEqual({ role: "system", text: "SYSTEM TEXT" });
      expect(
        fit.messages
          .filter((message) => message.role === "user")
          .some((message) => message.text.includes(`Question: ${current.question}`)),
      ).toBe(true);
      // What was taken out is the oldest: nothing older is still there.
      const seen = (made.toolTemplate ? made.exchanges : [current])
        .flatMap((exchange) => exchange.turns)
        .flatMap((one) => (one.kind === "call" && !one.removed ? [one.call.id] : []));
      expect(fit.removed).toEqual(seen.slice(0, fit.removed.length));
      if (fit.removed.length > 0) removedSome += 1;
      const newest = current.turns.filter((one) => one.kind === "call").at(-1);
      if (newest !== undefined) expect(fit.removed).not.toContain(newest.call.id);
    }
    // The test means something only when all branches were taken.
    expect(full).toBeGreaterThan(5);
    expect(removedSome).toBeGreaterThan(50);
  });

  it("changes nothing when everything fits", async () => {
    const made = prompt(random(3));
    const fit = await fitPrompt(made, { room: 1e9, resultCharacters: 1e9 }, count);
    expect(fit).toMatchObject({ fits: true, removed: [] });
  });

  it("cuts the one big result to what bears on the question", async () => {
    const lines = Array.from({ length: 300 }, (_none, index) => `line ${index} about nothing`);
    lines[200] = "The invoice total is 99.";
    const made: Prompt = {
      system: "S",
      exchanges: [
        {
          question: "invoice total?",
          turns: [
            {
              kind: "call",
              call: { id: "call-1", tool: "read_file", arguments: {} },
              outcome: { ok: true, text: lines.join("\n"), truncated: false },
              removed: false,
            },
          ],
          ending: undefined,
        },
      ],
      context: "",
      move: "",
      toolTemplate: false,
      excerpt: (text, max) => excerpt(text, "invoice total?", max),
    };
    const fit = await fitPrompt(made, { room: 900, resultCharacters: 100_000 }, count);
    expect(fit).toMatchObject({ fits: true, removed: [] });
    const text = fit.fits ? promptText(fit.messages) : "";
    expect(text).toContain("The invoice total is 99.");
    expect(text).toContain("[cut to make room");
  });
});

describe("excerpt", () => {
  it("is never longer than asked, for any text (200 random texts)", () => {
    const next = random(11);
    for (let round = 0; round < 200; round++) {
      const words = Array.from({ length: Math.floor(next() * 400) }, () =>
        next() < 0.1 ? "\n" : "word".repeat(1 + next() * 80),
      );
      const max = Math.floor(next() * 1500);
      expect(excerpt(words.join(" "), "word", max).length).toBeLessThanOrEqual(max);
    }
  });
});
