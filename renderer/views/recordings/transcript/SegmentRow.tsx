import { Fragment } from "react";
import type { Segment } from "../../../../src/shared/speech.ts";
import { useText } from "../../../text/text.tsx";
import { Menu } from "../../../ui/Menu.tsx";
import { Marked } from "../Marked.tsx";
import styles from "./SegmentList.module.css";
import { wordPieces } from "./word-pieces.ts";

/** Below this probability the engine was guessing. */
const unsureBelow = 0.5;

/** One segment: its time, which plays from there, and what was said. */
export function SegmentRow({
  segment,
  index,
  spoken,
  current,
  found,
  query,
  onFocus,
  onSeek,
  onCopy,
}: {
  readonly segment: Segment;
  readonly index: number;
  readonly spoken: boolean;
  readonly current: boolean;
  readonly found: boolean;
  readonly query: string;
  readonly onFocus: () => void;
  readonly onSeek: (ms: number) => void;
  readonly onCopy: (withTime: boolean) => void;
}) {
  const text = useText();
  const time = text.clock(segment.startMs);
  return (
    <div className={styles["row"]} data-spoken={spoken} data-found={found}>
      <button
        type="button"
        className={styles["time"]}
        data-row={index}
        tabIndex={current ? 0 : -1}
        aria-label={text("transcript.playFrom", { time })}
        aria-current={spoken ? "time" : undefined}
        onFocus={onFocus}
        onClick={() => onSeek(segment.startMs)}
      >
        {time}
      </button>
      {/* A click on the words is the same as one on the time, which the keyboard reaches. */}
      <p
        className={styles["words"]}
        onClick={({ target }) => {
          // Somebody who marks text to copy it does not want to go there.
          if (window.getSelection()?.isCollapsed === false) return;
          const word = target instanceof HTMLElement ? target.dataset["ms"] : undefined;
          onSeek(word === undefined ? segment.startMs : Number(word));
        }}
      >
        {segment.words === undefined || query !== "" ? (
          <Marked text={segment.text.trim()} query={query} mode="whole" />
        ) : (
          <Words segment={segment} />
        )}
      </p>
      {current && (
        <Menu
          label={text("transcript.more", { time })}
          items={[
            { label: text("transcript.copy"), onSelect: () => onCopy(false) },
            { label: text("transcript.copyWithTime"), onSelect: () => onCopy(true) },
          ]}
        />
      )}
    </div>
  );
}

function Words({ segment }: { readonly segment: Segment }) {
  const text = useText();
  return wordPieces(segment).map(({ text: piece, word }, index) => {
    // Pieces have no identity but their place.
    if (word === null) return <Fragment key={index}>{piece}</Fragment>;
    const unsure = word.probability < unsureBelow;
    return (
      <span
        key={index}
        data-ms={word.startMs}
        {...(unsure
          ? {
              className: styles["unsure"],
              title: text("transcript.unsure", { share: text.percent(word.probability) }),
            }
          : {})}
      >
        {piece}
      </span>
    );
  });
}
