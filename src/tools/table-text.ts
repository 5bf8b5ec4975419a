import { neutraliseLine } from "./neutralise.ts";

const longestCell = 80;

/**
 * Rows as a table of lines with | between the cells, as many as fit into `room` characters. Long cells are cut.
 * @returns the text without a line end, and how many rows it shows.
 */
export function tableText(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  room: number,
): { readonly text: string; readonly shown: number } {
  const lines = [line(columns), `|${" --- |".repeat(columns.length)}`];
  let left = room - lines.join("\n").length;
  for (const row of rows) {
    const next = line(columns.map((_, at) => row[at] ?? ""));
    left -= next.length + 1;
    if (left < 0) break;
    lines.push(next);
  }
  return { text: lines.join("\n"), shown: lines.length - 2 };
}

function line(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(" | ")} |`;
}

function cell(text: string): string {
  const plain = neutraliseLine(
    text
      .slice(0, longestCell + 1)
      .replaceAll(/\s+/g, " ")
      .trim(),
  );
  return (plain.length > longestCell ? `${plain.slice(0, longestCell - 1)}…` : plain).replaceAll("|", "\\|");
}
