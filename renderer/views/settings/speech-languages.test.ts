import { describe, expect, it } from "vitest";
import { speechLanguages } from "./speech-languages.ts";

describe("the languages of recordings", () => {
  it("are sorted by their names in the person's language", () => {
    const german = speechLanguages("de", "auto");
    expect(german.find(({ value }) => value === "de")?.label).toBe("Deutsch");
    expect(german.map(({ label }) => label)).toEqual(
      german.map(({ label }) => label).toSorted(new Intl.Collator("de").compare),
    );
    expect(german.some(({ value }) => value === "auto")).toBe(false);
  });

  it.each(["yue", "not a code"])("keep %s, which was chosen elsewhere", (code) =>
    expect(speechLanguages("en", code).filter(({ value }) => value === code)).toHaveLength(1),
  );
});
