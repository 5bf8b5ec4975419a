import type { DescribedTool, ServerToolView } from "../shared/mcp.ts";
import { showHidden } from "../shared/show-hidden.ts";

/** A description may have thousands of lines. */
const mostPairs = 1_000_000;

/**
 * All there is to know before a tool of a server is approved, as lines: the whole description in the server's words,
 * with what hides in it written out, and, when another one was approved before, what differs.
 */
export function describeReview({
  described,
  state,
  fingerprint,
  toolName,
  effect,
  approved,
}: ServerToolView): string[] {
  const { name, readOnlyHint, destructiveHint } = described;
  const hints = [
    ...(readOnlyHint === null ? [] : [readOnlyHint ? "it changes nothing" : "it changes something"]),
    ...(destructiveHint === null ? [] : [destructiveHint ? "it may destroy" : "it destroys nothing"]),
  ];
  return [
    `── ${showHidden(name)} (${state}; agents call it ${toolName}) ──`,
    `Counts as: ${effect}. Fingerprint: ${fingerprint}`,
    ...(hints.length > 0 ? [`The server says of itself: ${hints.join(", ")}.`] : []),
    ...(approved === null
      ? linesOf(described).map((line) => `  │ ${line}`)
      : [
          "What differs from what was approved (- before, + now):",
          ...differences(linesOf(approved), linesOf(described)),
        ]),
  ];
}

function linesOf({ title, description, inputSchema }: DescribedTool): string[] {
  const text = [...(title === null ? [] : [title]), description, "Arguments:", JSON.stringify(inputSchema, null, 2)];
  return text
    .join("\n")
    .split("\n")
    .map((line) => showHidden(line.replaceAll("\t", "    ")));
}

/** Lines of both, in order, with those that only one has marked. What both have stays, so that nothing is read alone. */
function differences(before: readonly string[], now: readonly string[]): string[] {
  if (before.length * now.length > mostPairs)
    return [...before.map((line) => `  - ${line}`), ...now.map((line) => `  + ${line}`)];
  // Of each pair of places, how many lines what follows has in common.
  const width = now.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  const at = (a: number, b: number) => common[a * width + b] ?? 0;
  for (let a = before.length - 1; a >= 0; a--) {
    for (let b = now.length - 1; b >= 0; b--) {
      common[a * width + b] = before[a] === now[b] ? at(a + 1, b + 1) + 1 : Math.max(at(a + 1, b), at(a, b + 1));
    }
  }
  const lines: string[] = [];
  for (let a = 0, b = 0; a < before.length || b < now.length;) {
    if (a < before.length && b < now.length && before[a] === now[b]) {
      lines.push(`    ${before[a++]}`);
      b++;
    } else if (b >= now.length || (a < before.length && at(a + 1, b) >= at(a, b + 1))) {
      lines.push(`  - ${before[a++]}`);
    } else {
      lines.push(`  + ${now[b++]}`);
    }
  }
  return lines;
}
