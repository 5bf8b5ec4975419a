import { expect, it } from "vitest";
import { findSegments, markHits, searchIndex } from "./segment-search.ts";

const shown = (pieces: ReturnType<typeof markHits>) =>
  pieces.map(({ text, hit }) => (hit ? `[${text}]` : text)).join("");

it("finds in any case, in German too", () => {
  const index = searchIndex([{ text: "Über die Größe" }, { text: "nichts" }, { text: "GRÖSSE, Größe" }], "de");
  expect(findSegments(index, " größe ", "de")).toEqual([0, 2]);
  expect(findSegments(index, "ÜBER", "de")).toEqual([0]);
  expect(findSegments(index, "  ", "de")).toEqual([]);
});

it("marks the whole as it is written", () => {
  expect(shown(markHits("A (b) and a (B).", "(b)", "whole"))).toBe("A [(b)] and a [(B)].");
  expect(shown(markHits("plain", "", "whole"))).toBe("plain");
});

it("marks words at their beginning", () => {
  expect(shown(markHits("Invoices and the invoice; reinvoice", "the invoice", "words"))).toBe(
    "[Invoices] and [the] [invoice]; reinvoice",
  );
});
