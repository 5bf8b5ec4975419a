import { showHidden } from "../../../src/shared/show-hidden.ts";

/** An argument of a call by its lines. */
export interface ShownArgument {
  readonly name: string;
  readonly lines: readonly string[];
}

/** All arguments, whole. What could hide or disguise itself on a screen is written out. */
export function argumentLines(args: Readonly<Record<string, unknown>>): readonly ShownArgument[] {
  return Object.entries(args).map(([name, value]) => ({ name: showHidden(name), lines: visibleLines(asText(value)) }));
}

/** Text by its lines, with everything in it visible. Tabs are four spaces. */
export function visibleLines(text: string): readonly string[] {
  return text.split("\n").map((line) => showHidden(line.replaceAll("\t", "    ")));
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
}
