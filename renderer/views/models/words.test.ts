import { describe, expect, it } from "vitest";
import type { InstalledModel } from "../../../src/shared/model.ts";
import { textIn } from "../../text/text.tsx";
import { purposeWords } from "./purpose-words.ts";
import { speedWords } from "./speed-words.ts";

const german = textIn("de");

describe("the words of a model", () => {
  const engine = { engine: "llm", model: "m", device: "CPU", threads: 2, notice: null };
  it.each([
    ["writes 20.9 tokens/s", "hier 20,9 Token/s"],
    ["19.8 s of audio per second (real-time factor 0.05)", "hier 19,8× so schnell wie gesprochen"],
    ["something else", "something else"],
  ])("%s is said as: %s", (measured, words) => expect(speedWords(german, { ...engine, measured })).toBe(words));

  const model = { path: "/m", format: "gguf", licence: "", bytes: 1, sha256: "" } as const;
  const imported = (role: InstalledModel["role"], purpose: string) =>
    purposeWords(german, { ...model, name: "own", role, origin: "imported", purpose });

  it("say what an imported model is for, with its kind", () => {
    expect(imported("chat", "Answers questions and uses tools (qwen3).")).toBe(
      "Beantwortet Fragen und benutzt Werkzeuge (qwen3).",
    );
    expect(imported("ocr", "Data.")).toBe("Data.");
  });

  it("say it of one that came along, and take the manifest's where there are none", () => {
    const came = { ...model, role: "speech", origin: "default", purpose: "As the manifest says." } as const;
    expect(purposeWords(german, { ...came, name: "tiny" })).toMatch(/^Macht aus Sprache Text/);
    expect(purposeWords(german, { ...came, name: "new" })).toBe("As the manifest says.");
  });
});
