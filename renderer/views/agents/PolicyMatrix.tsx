import { Fragment, useState } from "react";
import type { PolicyCell, ToolView } from "../../../src/shared/host-contract.ts";
import type { Policy, Verdict } from "../../../src/shared/policy.ts";
import { useText } from "../../text/text.tsx";
import { MeaningIcon } from "../../ui/Badge.tsx";
import { CellPane } from "./CellPane.tsx";
import { shortPath } from "./policy-folders.ts";
import styles from "./PolicyMatrix.module.css";

export const verdictMeaning = { allow: "good", ask: "attention", deny: "refused" } as const;

export interface RuleChange {
  readonly agent: string | null;
  readonly tool: string;
  readonly grant: string | null;
  readonly verdict: Verdict | null;
}

/** Tools by folders for each agent. A cell opens what it means, why it is so, and how to change it. */
export function PolicyMatrix({
  agents,
  tools,
  folders,
  cells,
  policy,
  onSet,
}: {
  readonly agents: readonly string[];
  readonly tools: readonly ToolView[];
  readonly folders: readonly string[];
  readonly cells: readonly PolicyCell[];
  readonly policy: Policy | null;
  readonly onSet: (change: RuleChange) => void;
}) {
  const text = useText();
  const [chosen, setChosen] = useState<string | null>(null);
  const keyOf = (cell: Pick<PolicyCell, "agent" | "tool" | "folder">) =>
    JSON.stringify([cell.agent, cell.tool, cell.folder]);
  const byKey = new Map(cells.map((cell) => [keyOf(cell), cell]));
  const columns: readonly (string | null)[] = [null, ...folders];
  const cell = chosen === null ? undefined : byKey.get(chosen);

  return (
    <div className={styles["place"]}>
      <div className={styles["scroller"]} role="region" tabIndex={0} aria-label={text("agents.matrix.title")}>
        <table className={styles["table"]}>
          <thead>
            <tr>
              <th scope="col">{text("agents.matrix.tool")}</th>
              {columns.map((folder) => (
                <th key={folder ?? ""} scope="col" title={folder ?? undefined}>
                  {folder === null ? text("agents.matrix.everywhere") : shortPath(folder)}
                </th>
              ))}
            </tr>
          </thead>
          {agents.map((agent) => (
            <tbody key={agent}>
              {agents.length > 1 && (
                <tr>
                  <th scope="rowgroup" colSpan={columns.length + 1} className={styles["agent"]}>
                    {agent}
                  </th>
                </tr>
              )}
              {(["read", "write", "run"] as const).map((effect) => (
                <Fragment key={effect}>
                  <tr>
                    <th scope="rowgroup" colSpan={columns.length + 1} className={styles["effect"]}>
                      {text(`agents.effect.${effect}`)}
                    </th>
                  </tr>
                  {tools
                    .filter((tool) => tool.effect === effect)
                    .map((tool) => (
                      <tr key={tool.name}>
                        <th scope="row" className={styles["tool"]} title={tool.description}>
                          {tool.name}
                        </th>
                        {columns.map((folder) => {
                          const key = keyOf({ agent, tool: tool.name, folder });
                          const found = byKey.get(key);
                          if (found === undefined) return <td key={key} />;
                          return (
                            <td key={key}>
                              <button
                                type="button"
                                className={styles["cell"]}
                                aria-pressed={key === chosen}
                                aria-label={text("agents.cell.label", {
                                  tool: tool.name,
                                  folder: folder ?? text("agents.matrix.everywhere"),
                                  verdict: text(`agents.verdict.${found.verdict}`),
                                })}
                                onClick={() => setChosen(key === chosen ? null : key)}
                              >
                                <MeaningIcon meaning={verdictMeaning[found.verdict]} />
                                {text(`agents.verdict.${found.verdict}`)}
                              </button>
                            </td>
                          );
                        })}
                      </tr>
                    ))}
                </Fragment>
              ))}
            </tbody>
          ))}
        </table>
      </div>
      {cell !== undefined && (
        <CellPane cell={cell} policy={policy} onSet={onSet} onClose={() => setChosen(null)} key={chosen} />
      )}
    </div>
  );
}
