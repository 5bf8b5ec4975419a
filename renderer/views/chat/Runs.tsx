import { ArrowDown } from "lucide-react";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { RunView } from "../../../src/shared/host-contract.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { contextUse } from "./context-use.ts";
import { answeringRuns } from "./hand-overs.ts";
import { Run } from "./Run.tsx";
import styles from "./Runs.module.css";
import { shownRuns } from "./shown-runs.ts";
import type { RunText } from "./use-run-texts.ts";

/** So many questions are there at first; those before them come when they are asked for. */
const firstShown = 40;
/** This near to the end, in pixels, the newest stays in view. */
const nearEnd = 48;

/** The questions of a conversation with their answers, the newest in view. */
export function Runs({
  runs,
  texts,
  waiting,
  print,
  reveal,
  titles,
  onRetry,
  onEdit,
  children,
}: {
  readonly runs: readonly RunView[];
  readonly texts: ReadonlyMap<string, RunText>;
  /** Calls that a person is asked about, by run. */
  readonly waiting: ReadonlyMap<string, ReadonlySet<string>>;
  readonly print: boolean;
  /** A run to begin at, from the address. */
  readonly reveal: string | null;
  /** The agents by what people call them. */
  readonly titles: ReadonlyMap<string, string>;
  readonly onRetry: (runId: string) => void;
  readonly onEdit: (runId: string) => void;
  /** Below the runs: what is being asked now. */
  readonly children?: ReactNode;
}) {
  const text = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(reveal === null);
  const [atEnd, setAtEnd] = useState(true);
  const [more, setMore] = useState(0);
  const shown = shownRuns(runs);
  const answering = answeringRuns(runs);
  const revealed = reveal === null ? -1 : shown.findIndex(({ run }) => run.id === reveal);
  const from = print
    ? 0
    : Math.max(0, Math.min(shown.length - firstShown - more, revealed === -1 ? shown.length : revealed));
  const busy = shown.some(({ run }) => run.status === "running");

  useLayoutEffect(() => {
    const box = scroller.current;
    const inside = content.current;
    if (box === null || inside === null) return;
    const follow = () => {
      if (follows.current) box.scrollTop = box.scrollHeight;
    };
    follow();
    const observer = new ResizeObserver(follow);
    observer.observe(inside);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const box = scroller.current;
    const place = reveal === null ? null : document.getElementById(`run-${reveal}`);
    // Only the box is scrolled: scrollIntoView would move the whole window.
    if (box !== null && place !== null) {
      box.scrollTop += place.getBoundingClientRect().top - box.getBoundingClientRect().top;
    }
  }, [reveal]);

  const toEnd = () => {
    follows.current = true;
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  };
  return (
    <div className={styles["frame"]}>
      <div
        ref={scroller}
        className={styles["scroller"]}
        tabIndex={0}
        role="group"
        aria-label={text("chat.region")}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          const end = scrollHeight - scrollTop - clientHeight < nearEnd;
          follows.current = end;
          setAtEnd(end);
        }}
      >
        <div ref={content} className={styles["content"]}>
          {from > 0 && (
            <Button
              kind="quiet"
              onClick={() => {
                follows.current = false;
                setMore(more + firstShown);
              }}
            >
              {text("chat.showEarlier", { count: from })}
            </Button>
          )}
          {shown.slice(from).map(({ run, earlier }, index) => {
            const isLast = from + index === shown.length - 1;
            return (
              <Run
                key={run.id}
                run={run}
                earlier={earlier}
                writing={texts.get(run.id)}
                waiting={waiting.get(run.id) ?? noCalls}
                tokensBefore={run.status === "running" ? (contextUse(runs)?.used ?? null) : null}
                print={print}
                titles={titles}
                answeredBy={answering.get(run.id)}
                from={runs.find(({ id }) => id === run.handedOverBy)?.agent}
                onRetry={isLast && !busy ? onRetry : undefined}
                onEdit={busy ? undefined : onEdit}
              />
            );
          })}
          {children}
        </div>
      </div>
      {!atEnd && (
        <div className={styles["newest"]} data-screen-only>
          <Button icon={<ArrowDown />} onClick={toEnd}>
            {text("chat.toNewest")}
          </Button>
        </div>
      )}
    </div>
  );
}

const noCalls: ReadonlySet<string> = new Set();
