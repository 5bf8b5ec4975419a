import type { Finding } from "./judge.ts";

export interface Found extends Finding {
  readonly id: string;
  readonly what: string;
  readonly who: string;
}

/** The table of all attempts, for a reader. */
export function showFindings(findings: readonly Found[], levels: Readonly<Record<string, string>>): string {
  const rows = findings.map(({ id, who, what, state, why }) => [id, who, what, state, why]);
  const head = ["#", "who", "attempt", "sealed", "why"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 4 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  const count = (state: Finding["state"]) => findings.filter((one) => one.state === state).length;
  const states = ["stopped", "stopped, no control", "listed", "FAILED"] as const;
  return [
    Object.entries(levels)
      .map(([who, level]) => `${who}: ${level}`)
      .join("; "),
    line(head),
    ...rows.map(line),
    `${findings.length} attempts: ${states.map((state) => `${count(state)} ${state}`).join(", ")}`,
  ].join("\n");
}
