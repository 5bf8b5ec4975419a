import { isAbsolute, resolve } from "node:path";

/** The paths among the words that a program was started with, whole. Switches and addresses are none. */
export function givenFiles(words: readonly string[], folder: string): string[] {
  return words
    .filter((word) => word !== "" && word !== "." && !word.startsWith("-") && !/^[a-z][a-z+.-]+:/i.test(word))
    .map((word) => (isAbsolute(word) ? word : resolve(folder, word)));
}
