import { describe, expect, it } from "vitest";
import { estimateTokens, vocabularyPrompt } from "./prompt.ts";

describe("vocabularyPrompt", () => {
  it("lists the terms in order, without blanks and repeats", () => {
    expect(vocabularyPrompt(["Zarathustra", " ", "Nuzhat  al-Zaman", "Zarathustra"])).toEqual({
      text: "Zarathustra, Nuzhat al-Zaman.",
      fitted: 2,
      total: 2,
    });
  });

  it("takes as many as fit and says how many", () => {
    const terms = Array.from({ length: 400 }, (_, index) => `Term${index}`);
    const prompt = vocabularyPrompt(terms);
    expect(prompt.total).toBe(400);
    expect(prompt.fitted).toBeGreaterThan(20);
    expect(prompt.text).toBe(`${terms.slice(0, prompt.fitted).join(", ")}.`);
    expect(estimateTokens(prompt.text)).toBeLessThanOrEqual(216);
    expect(estimateTokens(`${terms.slice(0, prompt.fitted + 1).join(", ")}.`)).toBeGreaterThan(216);
  });

  it("counts with the engine's own tokens when it is given them", () => {
    expect(vocabularyPrompt(["a", "b", "c", "d"], (text) => text.length, 8)).toEqual({
      text: "a, b, c.",
      fitted: 3,
      total: 4,
    });
  });

  it("is empty for no terms", () => {
    expect(vocabularyPrompt([])).toEqual({ text: "", fitted: 0, total: 0 });
  });
});
