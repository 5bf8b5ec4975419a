import type { PolicyCell } from "../shared/host-contract.ts";
import { showHidden } from "../shared/show-hidden.ts";

/**
 * The cells of one agent as lines of a table: tools down, folders across. Where content of others makes a question of
 * it, there is a star. The numbers are rules, counted from 1.
 */
export function policyTable(cells: readonly PolicyCell[]): string[] {
  const folders = [...new Set(cells.map(({ folder }) => folder))];
  const tools = [...new Set(cells.map(({ tool }) => tool))];
  const rows = [
    ["", ...folders.map((folder) => (folder === null ? "no folder" : showHidden(folder)))],
    ...tools.map((tool) => [
      showHidden(tool),
      ...folders.map((folder) => cellText(cells.find((cell) => cell.tool === tool && cell.folder === folder))),
    ]),
  ];
  const widths = folders.map((_folder, at) => Math.max(...rows.map((row) => row[at + 1]?.length ?? 0)));
  const first = Math.max(...rows.map(([name]) => name?.length ?? 0));
  return rows.map(([name = "", ...rest]) =>
    [name.padEnd(first), ...rest.map((text, at) => text.padEnd(widths[at] ?? 0))].join("  ").trimEnd(),
  );
}

function cellText(cell: PolicyCell | undefined): string {
  if (cell === undefined) return "";
  const { verdict, verdictWhenTainted, rule } = cell;
  const star = verdictWhenTainted === verdict ? "" : "*";
  return `${verdict}${star}${rule === null ? "" : ` (${rule + 1})`}`;
}
