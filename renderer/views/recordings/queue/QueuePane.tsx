import { useMemo, useRef, useState } from "react";
import type { JobView, RecordingView } from "../../../../src/shared/host-contract.ts";
import { useSayError } from "../../../app/toasts.tsx";
import { type Asked, useCallHost } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { Button } from "../../../ui/Button.tsx";
import { VirtualList, type VirtualListHandle } from "../../../ui/VirtualList.tsx";
import { SidePane } from "../SidePane.tsx";
import { useRoving } from "../use-roving.ts";
import { moveByOne, type Queue, withMoved } from "./queue-order.ts";
import { QueueRow } from "./QueueRow.tsx";
import styles from "./QueuePane.module.css";

/** What is being transcribed, what waits and in which order, and what stopped. */
export function QueuePane({
  queue,
  jobs,
  recordings,
}: {
  readonly queue: Queue;
  /** All that the host has, for changes. */
  readonly jobs: Asked<{ jobs: JobView[] }>;
  readonly recordings: readonly RecordingView[];
}) {
  const text = useText();
  const call = useCallHost();
  const sayError = useSayError();
  const list = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualListHandle>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const { running, waiting, stopped, done } = queue;
  const rows = useMemo(() => [...running, ...waiting, ...stopped], [running, waiting, stopped]);
  const names = useMemo(() => new Map(recordings.map(({ id, name }) => [id, name])), [recordings]);
  const nameOf = (view: JobView) => names.get(view.recordingId ?? "") ?? view.title;
  const roving = useRoving(rows.length, list, handle);

  const move = (id: string, before: string | null) => {
    jobs.put((known) => ({ jobs: [...withMoved(known.jobs, id, before)] }));
    call("jobs.move", { id, before }).catch((error: unknown) => {
      jobs.reload();
      sayError(error);
    });
  };
  const step = (view: JobView, by: -1 | 1) => {
    const to = moveByOne(waiting, view.job.id, by);
    if (to === null) return;
    move(to.id, to.before);
    roving.go(roving.current + by, true);
    const place = waiting.findIndex(({ job }) => job.id === view.job.id) + 1 + by;
    setSaid(text("recordings.queue.moved", { name: nameOf(view), place, count: waiting.length }));
  };
  const clear = () => void Promise.all(done.map(({ job }) => call("jobs.forget", { id: job.id }))).catch(sayError);

  return (
    <SidePane title={text("recordings.queue.title")}>
      <p className={styles["words"]}>
        {text("recordings.queue.counts", { running: running.length, waiting: waiting.length, stopped: stopped.length })}
      </p>
      <div
        ref={list}
        className={styles["list"]}
        onKeyDown={(event) => {
          const view = rows[roving.current];
          if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown") && view !== undefined) {
            event.preventDefault();
            event.stopPropagation();
            step(view, event.key === "ArrowUp" ? -1 : 1);
          }
          roving.onKeyDown(event);
        }}
      >
        <VirtualList
          label={text("recordings.queue.title")}
          items={rows}
          keyOf={({ job }) => job.id}
          estimate={84}
          handle={handle}
          row={(view, index) => (
            <QueueRow
              view={view}
              name={nameOf(view)}
              index={index}
              current={index === roving.current}
              canMove={waiting.length > 1 && waiting.includes(view)}
              dragged={dragged}
              onDrag={setDragged}
              onDropOn={(id) => move(id, view.job.id)}
              onFocus={() => roving.go(index, false)}
              onStep={(by) => step(view, by)}
              onGone={() => roving.go(index, true)}
            />
          )}
        />
      </div>
      <p className="visually-hidden" role="status">
        {said}
      </p>
      <footer className={styles["foot"]}>
        {done.length > 0 && (
          <div className={styles["done"]}>
            <span>{text("recordings.queue.done", { count: done.length })}</span>
            <Button kind="quiet" onClick={clear}>
              {text("recordings.queue.clear")}
            </Button>
          </div>
        )}
        <p>{text("recordings.queue.survives")}</p>
        {waiting.length > 1 && <p>{text("recordings.queue.moveHint")}</p>}
      </footer>
    </SidePane>
  );
}
