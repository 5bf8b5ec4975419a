import { expect, it } from "vitest";
import { loopStart } from "./loop-start.ts";

it("finds where a loop begins to say nothing new", () => {
  const text = `It is said.\n${"Echo: parcels\n".repeat(6)}`;
  expect(text.slice(0, loopStart(text))).toBe("It is said.\nEcho: parcels\nEcho: parcels\n");
  const sentences = "The commander is Jim Lovell and the pilot is Jack Swigert. ".repeat(6);
  expect(loopStart(sentences)).toBe(sentences.length / 3);
});

it.each([
  ["a thing said five times", "Echo: parcels\n".repeat(5)],
  ["a line that goes on after it", `${"Echo: parcels\n".repeat(6)}That was all.`],
  ["a rule of a table", `| a | b |\n|${"------------|".repeat(20)}`],
  ["lines that differ", Array.from({ length: 20 }, (_, at) => `Line ${at}: parcels`).join("\n")],
  ["nothing", ""],
])("leaves %s alone", (_what, text) => {
  expect(loopStart(text)).toBeUndefined();
});
