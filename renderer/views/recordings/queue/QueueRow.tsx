import { GripVertical, Pause, Play, RotateCcw, X } from "lucide-react";
import type { JobView } from "../../../../src/shared/host-contract.ts";
import { hrefOf } from "../../../app/route.ts";
import { useSayError } from "../../../app/toasts.tsx";
import { useCallHost } from "../../../bridge/use-host.ts";
import { type Text, useText } from "../../../text/text.tsx";
import { MeaningIcon } from "../../../ui/Badge.tsx";
import { IconButton } from "../../../ui/IconButton.tsx";
import { Menu } from "../../../ui/Menu.tsx";
import { Progress } from "../../../ui/Progress.tsx";
import { shareOf } from "../library/library-rows.ts";
import styles from "./QueueRow.module.css";
import { speedOf } from "./queue-order.ts";

/** What a dragged job is called among the kinds of things that can be dragged. */
const dragType = "application/x-indoors-job";

/** One job: how far it is, how long it takes, and what can be done with it. */
export function QueueRow({
  view,
  name,
  index,
  current,
  canMove,
  dragged,
  onDrag,
  onDropOn,
  onFocus,
  onStep,
  onGone,
}: {
  readonly view: JobView;
  readonly name: string;
  readonly index: number;
  readonly current: boolean;
  readonly canMove: boolean;
  readonly dragged: string | null;
  readonly onDrag: (id: string | null) => void;
  readonly onDropOn: (id: string) => void;
  readonly onFocus: () => void;
  readonly onStep: (by: -1 | 1) => void;
  readonly onGone: () => void;
}) {
  const text = useText();
  const call = useCallHost();
  const sayError = useSayError();
  const { job, transcriptId } = view;
  const { id, status } = job;
  const act = (method: "jobs.pause" | "jobs.resume" | "jobs.cancel" | "jobs.retry" | "jobs.forget") => {
    if (method === "jobs.forget" || method === "jobs.cancel") onGone();
    call(method, { id }).catch(sayError);
  };
  const title = (
    <>
      {status === "failed" && <MeaningIcon meaning="refused" />}
      <span className={styles["name"]}>{name}</span>
    </>
  );
  const common = { className: styles["title"], "data-row": index, tabIndex: current ? 0 : -1, onFocus };
  return (
    <div
      className={styles["row"]}
      draggable={canMove}
      data-target={canMove && dragged !== null && dragged !== id}
      onDragStart={(event) => {
        event.dataTransfer.setData(dragType, id);
        event.dataTransfer.effectAllowed = "move";
        onDrag(id);
      }}
      onDragEnd={() => onDrag(null)}
      onDragOver={(event) => {
        if (canMove && event.dataTransfer.types.includes(dragType)) event.preventDefault();
      }}
      onDrop={(event) => {
        const moved = event.dataTransfer.getData(dragType);
        if (moved === "" || moved === id) return;
        event.preventDefault();
        onDropOn(moved);
      }}
    >
      <div className={styles["top"]}>
        {canMove && <GripVertical aria-hidden="true" className={styles["grip"]} />}
        {transcriptId === null ? (
          <a {...common} role="link" aria-disabled="true">
            {title}
          </a>
        ) : (
          <a {...common} href={hrefOf({ view: "recordings", id: transcriptId })} draggable={false}>
            {title}
          </a>
        )}
        {(status === "running" || status === "queued") && (
          <IconButton
            label={text("recordings.queue.pause", { name })}
            icon={<Pause />}
            onClick={() => act("jobs.pause")}
          />
        )}
        {status === "paused" && (
          <IconButton
            label={text("recordings.queue.resume", { name })}
            icon={<Play />}
            onClick={() => act("jobs.resume")}
          />
        )}
        {status === "failed" || status === "cancelled" ? (
          <>
            <IconButton
              label={text("recordings.queue.retry", { name })}
              icon={<RotateCcw />}
              onClick={() => act("jobs.retry")}
            />
            <IconButton
              label={text("recordings.queue.forget", { name })}
              icon={<X />}
              onClick={() => act("jobs.forget")}
            />
          </>
        ) : (
          <Menu
            label={text("recordings.more", { name })}
            items={[
              ...(canMove
                ? [
                    { label: text("recordings.queue.up"), onSelect: () => onStep(-1) },
                    { label: text("recordings.queue.down"), onSelect: () => onStep(1) },
                  ]
                : []),
              { label: text("recordings.queue.cancel"), danger: true, onSelect: () => act("jobs.cancel") },
            ]}
          />
        )}
      </div>
      {(status === "running" || (status === "paused" && job.progress.done > 0)) && (
        <Progress label={text("recordings.queue.progress", { name })} share={shareOf(view)} />
      )}
      <p className={styles["words"]}>{wordsOf(view, text)}</p>
    </div>
  );
}

function wordsOf(view: JobView, text: Text): string {
  const { job, timeLeftMs } = view;
  const share = shareOf(view);
  const speed = speedOf(view);
  const percent = share === null ? null : text.percent(share);
  switch (job.status) {
    case "running":
      return [
        percent ?? text("recordings.queue.preparing"),
        timeLeftMs === null
          ? text("recordings.queue.timeUnknown")
          : text("recordings.queue.timeLeft", { time: text.duration(timeLeftMs) }),
        ...(speed === null ? [] : [text("recordings.queue.speed", { speed: text.number(speed, 1) })]),
      ].join(" · ");
    case "queued":
      return [
        text("recordings.state.queued"),
        ...(timeLeftMs === null ? [] : [text("recordings.queue.takes", { time: text.duration(timeLeftMs) })]),
      ].join(" · ");
    case "paused":
      return [text("recordings.state.paused"), ...(percent === null || share === 0 ? [] : [percent])].join(" · ");
    case "failed":
      return job.error?.message ?? text("recordings.state.failed");
    case "cancelled":
      return text("recordings.state.cancelled");
    case "done":
      return text("recordings.state.transcribed");
  }
}
