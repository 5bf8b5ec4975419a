import type { RecordingView } from "../../../../src/shared/host-contract.ts";
import { hrefOf, navigate } from "../../../app/route.ts";
import { useSayError } from "../../../app/toasts.tsx";
import { useShell } from "../../../app/use-shell.tsx";
import { useConnection } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { Badge } from "../../../ui/Badge.tsx";
import { Checkbox } from "../../../ui/Checkbox.tsx";
import { Menu } from "../../../ui/Menu.tsx";
import { dayOf } from "../day-of.ts";
import { languageName } from "../language-name.ts";
import { bestTranscript, type RecordingState } from "./library-rows.ts";
import styles from "./LibraryList.module.css";

/** One recording: what it is called, how it was transcribed, and what it has come to. */
export function RecordingRow({
  recording,
  state,
  index,
  current,
  chosen,
  onCurrent,
  onChoose,
  onRename,
  onAgain,
  onRemove,
}: {
  readonly recording: RecordingView;
  readonly state: RecordingState;
  readonly index: number;
  readonly current: boolean;
  readonly chosen: boolean;
  readonly onCurrent: () => void;
  readonly onChoose: (on: boolean, stretch: boolean) => void;
  readonly onRename: () => void;
  readonly onAgain: () => void;
  readonly onRemove: () => void;
}) {
  const text = useText();
  const { kiosk } = useShell();
  const { shell } = useConnection();
  const sayError = useSayError();
  const { name, path, durationMs, addedAt, source } = recording;
  const transcript = bestTranscript(recording);
  const length = durationMs === null ? "–" : text.clock(durationMs);
  const about = [
    ...(transcript === null
      ? []
      : [
          ...(transcript.language === "auto" ? [] : [languageName(transcript.language, text.language)]),
          transcript.origin.modelName,
        ]),
    text(`recordings.source.${source}`),
  ].join(" · ");
  const words = (
    <>
      <span className={styles["title"]}>{name}</span>
      <span className={styles["about"]}>
        <span className={styles["small"]}>
          {length} · {dayOf(addedAt, text.language)} ·{" "}
        </span>
        {about}
      </span>
    </>
  );
  const common = { className: styles["name"], "data-row": index, tabIndex: current ? 0 : -1, onFocus: onCurrent };
  return (
    <div className={styles["row"]} data-chosen={chosen}>
      <Checkbox label={text("recordings.choose", { name })} checked={chosen} onChange={onChoose} />
      {transcript === null ? (
        // It can be reached by the keys as any other, though there is nothing to open yet.
        <a {...common} role="link" aria-disabled="true">
          {words}
        </a>
      ) : (
        <a {...common} href={hrefOf({ view: "recordings", id: transcript.id })} draggable={false}>
          {words}
        </a>
      )}
      <span className={styles["length"]}>{length}</span>
      <span className={styles["added"]} title={text.date(addedAt)}>
        {dayOf(addedAt, text.language)}
      </span>
      <span>
        <StateBadge state={state} />
      </span>
      <Menu
        label={text("recordings.more", { name })}
        items={[
          ...(transcript === null
            ? []
            : [
                {
                  label: text("recordings.open"),
                  onSelect: () => navigate({ view: "recordings", id: transcript.id }),
                },
              ]),
          { label: text("recordings.rename"), onSelect: onRename },
          ...(kiosk === null
            ? [
                {
                  label: text(transcript === null ? "recordings.transcribeFirst" : "recordings.transcribe"),
                  onSelect: onAgain,
                },
                {
                  label: text("recordings.reveal"),
                  onSelect: () => void shell.call("files.reveal", { path }).catch(sayError),
                },
              ]
            : []),
          { label: text("common.remove"), danger: true, onSelect: onRemove },
        ]}
      />
    </div>
  );
}

function StateBadge({ state }: { readonly state: RecordingState }) {
  const text = useText();
  if (state.kind === "transcribed") return <Badge meaning="good">{text("recordings.state.transcribed")}</Badge>;
  if (state.kind === "none") return <Badge meaning="neutral">{text("recordings.state.none")}</Badge>;
  const meaning = { failed: "refused", paused: "attention" }[state.status as string] as
    | "refused"
    | "attention"
    | undefined;
  const words =
    state.status === "running" && state.share !== null
      ? text("recordings.state.share", { share: text.percent(state.share) })
      : text(`recordings.state.${state.status}`);
  return <Badge meaning={meaning ?? "neutral"}>{words}</Badge>;
}
