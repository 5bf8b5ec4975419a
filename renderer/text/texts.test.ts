import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { argumentsOf, messagesFile, textsOf } from "./generate.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const renderer = join(here, "..");
const languages = readdirSync(here)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));
const english = textsOf("en");

describe("the texts", () => {
  it("have types that are up to date: npm run texts", () => {
    expect(readFileSync(join(here, "messages.gen.d.ts"), "utf8")).toBe(messagesFile());
  });

  it.each(languages)("are complete in %s, with the same arguments", (language) => {
    const texts = textsOf(language);
    expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
    const differing = Object.entries(english).filter(([key, message]) => {
      const own = [...argumentsOf(texts[key] ?? "").keys()].sort().join();
      return own !== [...argumentsOf(message).keys()].sort().join();
    });
    expect(differing.map(([key]) => key)).toEqual([]);
  });

  it("are in more than one language, and German is not English", () => {
    expect(languages.length).toBeGreaterThan(1);
    const german = textsOf("de");
    const same = Object.keys(english).filter(
      (key) => german[key] === english[key] && /[a-z]{4}/.test(english[key] ?? ""),
    );
    // Names and units are the same in both.
    expect(same.length).toBeLessThan(Object.keys(english).length / 10);
  });

  it("do not shout, apologise or claim too much", () => {
    const faults = Object.entries(english).filter(([, message]) => /!|\boops\b|\bsorry\b|100 ?% secure/i.test(message));
    expect(faults).toEqual([]);
  });

  it("are used: every key stands in a component, or is put together there", () => {
    const sources = readdirSync(renderer, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|\.gen\.|^testing\//.test(name))
      .map((name) => readFileSync(join(renderer, name), "utf8"))
      .join("\n");
    const stems = [...sources.matchAll(/[`"]([a-z][\w.-]*\.)\$\{/gi)].map((match) => match[1] ?? "");
    const unused = Object.keys(english).filter(
      (key) => !sources.includes(`"${key}"`) && !stems.some((stem) => key.startsWith(stem)),
    );
    expect(unused).toEqual([]);
  });
});
