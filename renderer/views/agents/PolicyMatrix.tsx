import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { PolicyCell, ToolView } from "../../../src/shared/host-contract.ts";
import type { Policy, Verdict } from "../../../src/shared/policy.ts";
import { useText } from "../../text/text.tsx";
import { SearchField } from "../../ui/TextField.tsx";
import { cellKey } from "./cell-key.ts";
import { CellPane } from "./CellPane.tsx";
import { closedAtFirst, matrixGroups } from "./matrix-groups.ts";
import { MatrixRows } from "./MatrixRows.tsx";
import { shortPath } from "./policy-folders.ts";
import styles from "./PolicyMatrix.module.css";

export interface RuleChange {
  readonly agent: string | null;
  readonly tool: string;
  readonly grant: string | null;
  readonly verdict: Verdict | null;
}

/** A cell by what it is about, without its agent. */
export interface CellPlace {
  readonly tool: string;
  readonly folder: string | null;
}

/** So many tools, and a field to look for one is offered. */
const fewTools = 12;

/** Tools by folders for one agent. A cell opens what it means, why it is so, and how to change it. */
export function PolicyMatrix({
  agent,
  title,
  tools,
  folders,
  cells,
  policy,
  chosen,
  onChoose,
  onSet,
}: {
  readonly agent: string;
  /** What people call the agent. */
  readonly title: string;
  readonly tools: readonly ToolView[];
  readonly folders: readonly string[];
  readonly cells: readonly PolicyCell[];
  readonly policy: Policy | null;
  readonly chosen: CellPlace | null;
  readonly onChoose: (place: CellPlace | null) => void;
  readonly onSet: ((change: RuleChange) => void) | undefined;
}) {
  const text = useText();
  const [query, setQuery] = useState("");
  // Null until somebody opens or closes a group.
  const [closed, setClosed] = useState<ReadonlySet<string> | null>(null);
  const region = useRef<HTMLDivElement>(null);
  const byKey = useMemo(() => new Map(cells.map((cell) => [cellKey(cell), cell])), [cells]);
  const groups = matrixGroups(tools, query);
  const atFirst = closedAtFirst(matrixGroups(tools, ""));
  const columns: readonly (string | null)[] = [null, ...folders];
  const chosenCell = chosen === null ? undefined : byKey.get(cellKey({ agent, ...chosen }));
  const isOpen = (key: string, rows: readonly { readonly tool: string }[]) =>
    query.trim() !== "" ||
    !(closed ?? new Set(atFirst)).has(key) ||
    (closed === null && rows.some(({ tool }) => tool === chosen?.tool));

  useEffect(() => {
    // A link from elsewhere leads to a cell that may be far down.
    region.current?.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen?.tool, chosen?.folder, agent]);

  const close = () => {
    region.current?.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
    onChoose(null);
  };
  return (
    <div className={styles["place"]}>
      <div className={styles["side"]}>
        {tools.length > fewTools && (
          <div className={styles["filter"]}>
            <SearchField label={text("agents.matrix.filter")} value={query} onChange={setQuery} />
          </div>
        )}
        <div
          ref={region}
          className={styles["scroller"]}
          role="region"
          tabIndex={0}
          aria-label={text("agents.matrix.title", { agent: title })}
          onKeyDown={walk}
        >
          <table className={styles["table"]}>
            <caption className="visually-hidden">{text("agents.matrix.title", { agent: title })}</caption>
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
            {groups.map((group) => {
              const open = isOpen(group.key, group.rows);
              return (
                <MatrixRows
                  key={group.key}
                  group={group}
                  open={open}
                  columns={columns}
                  cellAt={(place) => byKey.get(cellKey({ agent, ...place }))}
                  chosen={chosen}
                  onChoose={onChoose}
                  onToggle={() => {
                    const next = new Set(closed ?? atFirst);
                    if (open) next.add(group.key);
                    else next.delete(group.key);
                    setClosed(next);
                  }}
                />
              );
            })}
          </table>
          {groups.length === 0 && <p className={styles["none"]}>{text("agents.matrix.none")}</p>}
        </div>
      </div>
      {chosenCell !== undefined && (
        <CellPane
          key={cellKey(chosenCell)}
          cell={chosenCell}
          server={tools.find(({ name }) => name === chosenCell.tool)?.server ?? null}
          title={title}
          policy={policy}
          onSet={onSet}
          onClose={close}
        />
      )}
    </div>
  );
}

const steps: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The arrow keys walk from cell to cell. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key];
  const cell = event.target instanceof HTMLElement ? event.target.closest("td") : null;
  if (step === undefined || cell === null) return;
  const rows = [...event.currentTarget.querySelectorAll("tr")].filter((row) => row.querySelector("td") !== null);
  const row = rows.findIndex((one) => one.contains(cell));
  const column = [...(rows[row]?.querySelectorAll("td") ?? [])].indexOf(cell);
  const next = rows[row + step[0]]?.querySelectorAll("td")[column + step[1]]?.querySelector("button");
  if (next === null || next === undefined) return;
  event.preventDefault();
  next.focus();
}
