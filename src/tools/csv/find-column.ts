import { IndoorsError } from "../../shared/errors.ts";
import { fold } from "../fold.ts";
import { neutraliseLine } from "../neutralise.ts";

/**
 * The place of the column that is meant: by its name, without regard to case, accents and spaces, or by "column 2".
 * @throws IndoorsError `input.invalid` with the names of the columns there are.
 */
export function findColumn(columns: readonly string[], asked: string): number {
  const plain = (name: string) => fold(name).replaceAll(/[\s_-]+/g, "");
  const wanted = plain(asked);
  const exact = columns.indexOf(asked);
  if (exact !== -1) return exact;
  const same = columns.findIndex((name) => plain(name) === wanted);
  if (same !== -1) return same;
  const numbered = /^column(\d+)$/.exec(wanted)?.[1];
  if (numbered !== undefined && columns[Number(numbered) - 1] !== undefined) return Number(numbered) - 1;
  throw new IndoorsError(
    "input.invalid",
    `There is no column '${neutraliseLine(asked)}'. The columns are: ${columnList(columns)}.`,
  );
}

export function columnList(columns: readonly string[]): string {
  const shown = columns.slice(0, 40).map((name) => neutraliseLine(name).slice(0, 60));
  return [...shown, ...(columns.length > 40 ? [`and ${columns.length - 40} more`] : [])].join(", ");
}
