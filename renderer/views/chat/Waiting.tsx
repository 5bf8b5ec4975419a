import { useEffect, useState } from "react";
import type { RunView } from "../../../src/shared/host-contract.ts";
import { type Text, useText } from "../../text/text.tsx";
import { serverToolOf } from "./server-tool.ts";
import { type Doing, doingOf } from "./run-parts.ts";
import styles from "./Waiting.module.css";

/** What a run does now, in words, and for how long. */
export function Waiting({
  run,
  waiting,
  tokensBefore,
}: {
  readonly run: RunView;
  readonly waiting: ReadonlySet<string>;
  readonly tokensBefore: number | null;
}) {
  const text = useText();
  const doing = doingOf(run.steps);
  const words = wordsOf(text, doing, run.model, waiting, tokensBefore);
  const later = doing.what === "loading" ? text("chat.doing.loadingFirst") : undefined;
  return <WaitingLine key={run.steps.length} words={words} later={later} />;
}

/** Seconds after which something more is said about why it takes so long. */
const longAfter = 8;

/** A sentence with the seconds that it has been true for. Give it a key of its own for each thing that is waited for. */
export function WaitingLine({ words, later }: { readonly words: string; readonly later?: string | undefined }) {
  const text = useText();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const began = performance.now();
    const timer = setInterval(() => setSeconds(Math.floor((performance.now() - began) / 1000)), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className={styles["waiting"]}>
      <span className={styles["dot"]} aria-hidden="true" />
      <span>{words}</span>
      {/* Counting aloud would be chatter. */}
      {later !== undefined && seconds >= longAfter && <span className={styles["seconds"]}>{later}</span>}
      {seconds >= 2 && <span className={styles["seconds"]}>{text("unit.seconds", { seconds })}</span>}
    </p>
  );
}

function wordsOf(text: Text, doing: Doing, model: string, waiting: ReadonlySet<string>, tokens: number | null): string {
  switch (doing.what) {
    case "loading":
      return text("chat.doing.loading", { model });
    case "reading":
      return tokens === null
        ? text("chat.doing.reading")
        : text("chat.doing.readingKnown", { tokens: text.number(tokens) });
    case "deciding":
      return text(waiting.has(doing.callId) ? "chat.doing.waits" : "chat.doing.deciding", { tool: doing.tool });
    case "running":
      // Changes that a call prepared are asked about after it ran.
      return waiting.size === 0 ? runningWords(text, doing.tool) : text("chat.doing.waits", { tool: doing.tool });
    case "reading-result":
      return text("chat.doing.readingResult", { tool: doing.tool });
    case "again":
      return text("chat.doing.again");
  }
}

function runningWords(text: Text, tool: string): string {
  const served = serverToolOf(tool);
  return served === null ? text("chat.doing.running", { tool }) : text("chat.doing.runningServer", served);
}
