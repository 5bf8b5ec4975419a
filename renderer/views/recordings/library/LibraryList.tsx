import { ArrowDown, ArrowUp } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type { JobView, RecordingView } from "../../../../src/shared/host-contract.ts";
import { useCommands } from "../../../app/commands.tsx";
import { useShell } from "../../../app/use-shell.tsx";
import { useText } from "../../../text/text.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Checkbox } from "../../../ui/Checkbox.tsx";
import { VirtualList, type VirtualListHandle } from "../../../ui/VirtualList.tsx";
import { useRoving } from "../use-roving.ts";
import { AgainDialog } from "./AgainDialog.tsx";
import { jobsByRecording, sortRecordings, type SortKey, type Sorting, stateOf } from "./library-rows.ts";
import styles from "./LibraryList.module.css";
import { RecordingRow } from "./RecordingRow.tsx";
import { RemoveDialog } from "./RemoveDialog.tsx";
import { RenameDialog } from "./RenameDialog.tsx";

type Question =
  | { readonly about: "rename"; readonly recording: RecordingView }
  | { readonly about: "again" | "remove"; readonly recordings: readonly RecordingView[] };

const sortKeys: readonly SortKey[] = ["name", "length", "added"];

/** The recordings as a list: sorted, chosen one by one or in stretches, and what can be done with them. */
export function LibraryList({
  recordings,
  jobs,
}: {
  readonly recordings: readonly RecordingView[];
  readonly jobs: readonly JobView[];
}) {
  const text = useText();
  const { kiosk } = useShell();
  const [sorting, setSorting] = useState<Sorting>({ key: "added", down: true });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [question, setQuestion] = useState<Question | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualListHandle>(null);
  const lastChosen = useRef(0);
  const rows = useMemo(() => sortRecordings(recordings, sorting, text.language), [recordings, sorting, text.language]);
  const jobOf = useMemo(() => jobsByRecording(jobs), [jobs]);
  const roving = useRoving(rows.length, list, handle);
  const selected = useMemo(() => rows.filter(({ id }) => chosen.has(id)), [rows, chosen]);
  const current = rows[roving.current];
  /** What a key is about: what is chosen, or else the current row. */
  const meant = selected.length > 0 ? selected : current === undefined ? [] : [current];

  const choose = (index: number, on: boolean, stretch: boolean) => {
    const from = stretch ? Math.min(lastChosen.current, index) : index;
    const to = stretch ? Math.max(lastChosen.current, index) : index;
    lastChosen.current = index;
    setChosen((before) => {
      const next = new Set(before);
      for (const { id } of rows.slice(from, to + 1)) {
        if (on) next.add(id);
        else next.delete(id);
      }
      return next;
    });
  };
  const closed = (removed: boolean) => {
    setQuestion(null);
    if (removed) setChosen(new Set());
    roving.go(roving.current, true);
  };
  const all = useMemo(
    () => [
      {
        ...{ id: "recordings-all", label: text("recordings.chooseAll"), group: text("rail.recordings") },
        ...{ shortcut: "Ctrl+A", run: () => setChosen(new Set(rows.map(({ id }) => id))) },
      },
    ],
    [text, rows],
  );
  useCommands(all);

  return (
    <div
      ref={list}
      className={styles["list"]}
      onKeyDown={(event) => {
        if (event.target instanceof HTMLElement && event.target.closest("[data-row], [role=group]") !== null) {
          if (event.key === "Delete" && meant.length > 0) setQuestion({ about: "remove", recordings: meant });
          if (event.key === "F2" && current !== undefined) setQuestion({ about: "rename", recording: current });
          if (event.key === " " && event.target.matches("a[data-row]") && current !== undefined) {
            event.preventDefault();
            choose(roving.current, !chosen.has(current.id), event.shiftKey);
          }
          if (event.key === "Escape" && chosen.size > 0) {
            event.stopPropagation();
            setChosen(new Set());
          }
        }
        roving.onKeyDown(event);
      }}
    >
      <div className={styles["heads"]}>
        <Checkbox
          label={text("recordings.chooseAll")}
          checked={selected.length === rows.length}
          some={selected.length > 0 && selected.length < rows.length}
          onChange={(on) => setChosen(on ? new Set(rows.map(({ id }) => id)) : new Set())}
        />
        {selected.length === 0 ? (
          sortKeys.map((key) => (
            <SortHead
              key={key}
              by={key}
              sorting={sorting}
              onSort={() => setSorting({ key, down: sorting.key === key ? !sorting.down : key !== "name" })}
            />
          ))
        ) : (
          <div className={styles["chosen"]}>
            <span role="status">{text("recordings.chosen", { count: selected.length })}</span>
            {kiosk === null && (
              <Button kind="quiet" onClick={() => setQuestion({ about: "again", recordings: selected })}>
                {text("recordings.transcribe")}
              </Button>
            )}
            <Button kind="quiet" onClick={() => setQuestion({ about: "remove", recordings: selected })}>
              {text("common.remove")}
            </Button>
          </div>
        )}
      </div>
      <VirtualList
        label={text("rail.recordings")}
        items={rows}
        keyOf={({ id }) => id}
        estimate={56}
        handle={handle}
        row={(recording, index) => (
          <RecordingRow
            recording={recording}
            state={stateOf(recording, jobOf.get(recording.id))}
            index={index}
            current={index === roving.current}
            chosen={chosen.has(recording.id)}
            onCurrent={() => roving.go(index, false)}
            onChoose={(on, stretch) => choose(index, on, stretch)}
            onRename={() => setQuestion({ about: "rename", recording })}
            onAgain={() => setQuestion({ about: "again", recordings: [recording] })}
            onRemove={() => setQuestion({ about: "remove", recordings: [recording] })}
          />
        )}
      />
      {question?.about === "rename" && <RenameDialog recording={question.recording} onClose={() => closed(false)} />}
      {question?.about === "again" && <AgainDialog recordings={question.recordings} onClose={() => closed(false)} />}
      {question?.about === "remove" && <RemoveDialog recordings={question.recordings} onClose={closed} />}
    </div>
  );
}

function SortHead({
  by,
  sorting,
  onSort,
}: {
  readonly by: SortKey;
  readonly sorting: Sorting;
  readonly onSort: () => void;
}) {
  const text = useText();
  const mine = sorting.key === by;
  const Arrow = sorting.down ? ArrowDown : ArrowUp;
  const name = text(`recordings.sort.${by}`);
  return (
    <button
      type="button"
      className={styles["head"]}
      data-by={by}
      aria-pressed={mine}
      aria-label={text("recordings.sort.by", { name, order: mine ? (sorting.down ? "down" : "up") : "none" })}
      onClick={onSort}
    >
      {name}
      {mine && <Arrow aria-hidden="true" />}
    </button>
  );
}
