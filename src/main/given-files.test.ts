import { expect, it } from "vitest";
import { givenFiles } from "./given-files.ts";

it("takes paths, from where the program was started", () => {
  const words = [
    "--kiosk",
    "talk.wav",
    "/data/June talk.mp3",
    "-x",
    "",
    ".",
    "https://example.org/a.wav",
    "file:///a.wav",
  ];
  expect(givenFiles(words, "/home/anna")).toEqual(["/home/anna/talk.wav", "/data/June talk.mp3"]);
});
