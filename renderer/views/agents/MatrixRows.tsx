import { ChevronRight } from "lucide-react";
import type { PolicyCell } from "../../../src/shared/host-contract.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { type Text, useText } from "../../text/text.tsx";
import { MeaningIcon } from "../../ui/Badge.tsx";
import type { MatrixGroup, MatrixRow } from "./matrix-groups.ts";
import styles from "./MatrixRows.module.css";
import type { CellPlace } from "./PolicyMatrix.tsx";
import { verdictMeaning } from "./verdict-meaning.ts";

/** One group of the matrix. Closed, a server still shows the row that stands for all of it. */
export function MatrixRows({
  group,
  open,
  columns,
  cellAt,
  chosen,
  onChoose,
  onToggle,
}: {
  readonly group: MatrixGroup;
  readonly open: boolean;
  readonly columns: readonly (string | null)[];
  readonly cellAt: (place: CellPlace) => PolicyCell | undefined;
  readonly chosen: CellPlace | null;
  readonly onChoose: (place: CellPlace | null) => void;
  readonly onToggle: () => void;
}) {
  const text = useText();
  const { effect, server, rows } = group;
  const tools = rows.filter(({ whole }) => !whole).length;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={columns.length + 1} className={styles["head"]}>
          <button type="button" className={styles["toggle"]} aria-expanded={open} onClick={onToggle}>
            <ChevronRight className={styles["chevron"]} aria-hidden="true" />
            {effect === null ? text("agents.matrix.server", { server: server ?? "" }) : text(`agents.effect.${effect}`)}
            <span className={styles["count"]}>{text("agents.matrix.count", { count: tools })}</span>
          </button>
        </th>
      </tr>
      {rows
        .filter(({ whole }) => open || whole)
        .map((row) => (
          <tr key={row.tool}>
            <th
              scope="row"
              className={row.whole ? styles["whole"] : styles["tool"]}
              title={row.description === "" ? undefined : showHidden(row.description).slice(0, 300)}
            >
              {rowName(text, row)}
            </th>
            {columns.map((folder) => {
              const found = cellAt({ tool: row.tool, folder });
              // The folders of a server are its own: what a question opens does not reach it.
              if (found === undefined) return <td key={folder ?? ""} className={styles["none"]} />;
              const pressed = chosen?.tool === row.tool && chosen.folder === folder;
              return (
                <td key={folder ?? ""}>
                  <button
                    type="button"
                    className={styles["cell"]}
                    aria-pressed={pressed}
                    aria-label={text("agents.cell.label", {
                      tool: row.whole ? rowName(text, row) : row.tool,
                      folder: folder ?? text("agents.matrix.everywhere"),
                      verdict: text(`agents.verdict.${found.verdict}`),
                    })}
                    onClick={() => onChoose(pressed ? null : { tool: row.tool, folder })}
                  >
                    <MeaningIcon meaning={verdictMeaning[found.verdict]} />
                    {text(`agents.verdict.${found.verdict}`)}
                  </button>
                </td>
              );
            })}
          </tr>
        ))}
    </tbody>
  );
}

function rowName(text: Text, { whole, name }: MatrixRow): string {
  return whole ? text("agents.matrix.whole", { server: name }) : showHidden(name);
}
