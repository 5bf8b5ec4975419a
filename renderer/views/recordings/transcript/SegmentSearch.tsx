import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useText } from "../../../text/text.tsx";
import { IconButton } from "../../../ui/IconButton.tsx";
import { SearchField } from "../../../ui/TextField.tsx";
import styles from "./SegmentSearch.module.css";

/** Finds words in the transcript: how often, and one place after the other. */
export function SegmentSearch({
  query,
  onQuery,
  count,
  place,
  onStep,
  onClose,
}: {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly count: number;
  /** Which of them is shown, from 1; 0 when there is none. */
  readonly place: number;
  readonly onStep: (by: -1 | 1) => void;
  readonly onClose: () => void;
}) {
  const text = useText();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <div
      className={styles["search"]}
      role="search"
      onKeyDown={(event) => {
        if (event.key === "Enter" && event.target === field.current) {
          event.preventDefault();
          onStep(event.shiftKey ? -1 : 1);
        }
        if (event.key === "Escape") {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <div className={styles["field"]}>
        <SearchField ref={field} label={text("transcript.search")} value={query} onChange={onQuery} />
      </div>
      <span className={styles["count"]} role="status">
        {query.trim() === "" ? "" : text("transcript.found", { place, count })}
      </span>
      <IconButton
        label={text("transcript.previous")}
        icon={<ChevronUp />}
        shortcut="Shift+F3"
        disabled={count === 0}
        onClick={() => onStep(-1)}
      />
      <IconButton
        label={text("transcript.next")}
        icon={<ChevronDown />}
        shortcut="F3"
        disabled={count === 0}
        onClick={() => onStep(1)}
      />
      <IconButton label={text("common.close")} icon={<X />} onClick={onClose} />
    </div>
  );
}
