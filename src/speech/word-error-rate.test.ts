import { describe, expect, it } from "vitest";
import { errorRate, normaliseForComparison, wordErrors } from "./word-error-rate.ts";

const compare = (reference: string, hypothesis: string) =>
  wordErrors(normaliseForComparison(reference), normaliseForComparison(hypothesis));

describe("word error rate", () => {
  it.each([
    ["the cat sat", "the cat sat", { substitutions: 0, deletions: 0, insertions: 0, referenceWords: 3 }],
    [
      "the cat sat on the mat",
      "the cat on that mat",
      { substitutions: 1, deletions: 1, insertions: 0, referenceWords: 6 },
    ],
    ["go", "please go now", { substitutions: 0, deletions: 0, insertions: 2, referenceWords: 1 }],
    ["a b c d", "", { substitutions: 0, deletions: 4, insertions: 0, referenceWords: 4 }],
    ["", "you", { substitutions: 0, deletions: 0, insertions: 1, referenceWords: 0 }],
    ["a b c", "b c a", { substitutions: 0, deletions: 1, insertions: 1, referenceWords: 3 }],
  ])("of %j against %j", (reference, hypothesis, errors) => {
    expect(compare(reference, hypothesis)).toEqual(errors);
  });

  it("compares words, not their spelling on paper", () => {
    expect(normaliseForComparison("Mr. Hale's 24 “boys” — it’s O.K., at 1,465 [Music] (laughs)")).toEqual(
      "mister hale's twenty four boys it's o k at one thousand four hundred sixty five".split(" "),
    );
    expect(compare("ten of clubs", "10 of clubs")).toMatchObject({ substitutions: 0 });
    expect(normaliseForComparison("그는 이리저리.")).toEqual(["그는", "이리저리"]);
  });

  it("is edits per reference word", () => {
    expect(errorRate(compare("one two three four", "one too three"))).toBe(0.5);
    expect(errorRate(compare("", ""))).toBe(0);
  });
});
