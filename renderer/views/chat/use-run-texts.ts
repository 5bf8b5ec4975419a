import { useEffect, useRef, useState } from "react";
import { useHostEvent } from "../../bridge/use-host.ts";

/** What the model has written of an answer that is not a step yet. */
export interface RunText {
  readonly text: string;
  /** False when this window was loaded after it began. */
  readonly whole: boolean;
}

/** How often what came is shown, in milliseconds: often enough to look like writing. */
const showEveryMs = 40;

/** The text of every run under way, by its id, while this component is there: also of those that are not in view. */
export function useRunTexts(): ReadonlyMap<string, RunText> {
  const [shown, setShown] = useState<ReadonlyMap<string, RunText>>(new Map());
  const all = useRef(new Map<string, RunText>());
  const begun = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const showSoon = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setShown(new Map(all.current));
    }, showEveryMs);
  };
  useHostEvent("run.text", ({ runId, text }) => {
    const before = all.current.get(runId)?.text ?? "";
    all.current.set(runId, { text: before + text, whole: begun.current.has(runId) });
    showSoon();
  });
  useHostEvent("run.step", ({ runId }) => {
    // Any step seen here is seen before the text that follows it.
    begun.current.add(runId);
    if (all.current.delete(runId)) showSoon();
  });
  useHostEvent("run.ended", ({ runId }) => {
    begun.current.delete(runId);
    if (all.current.delete(runId)) showSoon();
  });
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return shown;
}
