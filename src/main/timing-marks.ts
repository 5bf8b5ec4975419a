import { appendFileSync } from "node:fs";

/**
 * Writes down when things happened, in milliseconds since the process began: one JSON object a line, `{mark, ms}`. For
 * the script that prints how long a start takes. `path` undefined or empty, as an unset variable may be: writes nothing.
 */
export function timingMarks(path: string | undefined, startedAt: number): (mark: string) => void {
  const seen = new Set<string>();
  return (mark) => {
    if (path === undefined || path === "" || seen.has(mark)) return;
    seen.add(mark);
    appendFileSync(path, `${JSON.stringify({ mark, ms: Math.round(Date.now() - startedAt) })}\n`);
  };
}
