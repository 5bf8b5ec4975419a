/**
 * A table as pipe-separated lines, the first row set off as the heading. Rows may have different lengths. Empty for a
 * table without any text.
 */
export function pipeTable(rows: readonly (readonly string[])[]): string {
  const width = rows.reduce((widest, row) => Math.max(widest, row.findLastIndex((cell) => cell !== "") + 1), 0);
  if (width === 0) return "";
  const lines = rows.map((row) => pipeRow(row, width));
  lines.splice(1, 0, `|${" --- |".repeat(width)}`);
  return lines.join("\n");
}

function pipeRow(cells: readonly string[], width: number): string {
  const padded = Array.from({ length: width }, (_, at) => oneLine(cells[at] ?? ""));
  return `| ${padded.join(" | ")} |`;
}

function oneLine(cell: string): string {
  return cell.replace(/\s+/g, " ").trim().replaceAll("|", "\\|");
}
