import { Collapsible } from "@base-ui/react/collapsible";
import { ChevronRight, Wrench } from "lucide-react";
import { useState } from "react";
import type { Decision } from "../../../src/shared/run.ts";
import { hrefOf } from "../../app/route.ts";
import { type Text, useText } from "../../text/text.tsx";
import { Badge, type Meaning, MeaningIcon } from "../../ui/Badge.tsx";
import { visibleLines } from "./argument-lines.ts";
import { ArgumentList } from "./ArgumentList.tsx";
import { decisionWords } from "./decision-words.ts";
import { Lines } from "./Lines.tsx";
import type { CallPart } from "./run-parts.ts";
import styles from "./ToolCard.module.css";
import { useReachable } from "./use-reachable.ts";

/** More lines of an argument wait behind a button. */
const argumentLinesShown = 6;

/** A tool call: what was asked with which arguments, who allowed it, how it was sealed, what came of it. */
export function ToolCard({
  part: { call, decisions, result },
  runId,
  running,
  waiting,
  print,
}: {
  readonly part: CallPart;
  readonly runId: string;
  /** Whether the run goes on. */
  readonly running: boolean;
  /** Whether a person is asked about it now. */
  readonly waiting: boolean;
  /** On paper: everything is open. */
  readonly print: boolean;
}) {
  const text = useText();
  const reachesAudit = useReachable("audit");
  const level = decisions.find((decision) => decision.level !== undefined)?.level;
  const { meaning, words } = stateOf(text, { decisions, result, running, waiting });
  return (
    <section className={styles["card"]} role="group" aria-label={text("chat.call.label", { tool: call.tool })}>
      <header className={styles["header"]}>
        <Wrench className={styles["icon"]} aria-hidden="true" />
        <strong className={styles["tool"]}>{call.tool}</strong>
        <Badge meaning={meaning}>{words}</Badge>
        <span className={styles["facts"]}>
          {[
            ...(result === undefined || result.ms === 0 ? [] : [precise(text, result.ms)]),
            ...(level === undefined ? [] : [text("chat.call.level", { level })]),
          ].join(" · ")}
        </span>
      </header>
      <ArgumentList of={call.arguments} {...(print ? {} : { atMost: argumentLinesShown })} />
      {decisions.map((decision) => (
        <DecisionLines key={decision.about ?? "call"} decision={decision} />
      ))}
      <footer className={styles["footer"]}>
        {result !== undefined && <Result result={result} print={print} />}
        {reachesAudit && (
          <a className={styles["audit"]} href={hrefOf({ view: "audit", at: { run: runId } })} data-screen-only>
            {text("chat.run.audit")}
          </a>
        )}
      </footer>
    </section>
  );
}

function DecisionLines({ decision }: { readonly decision: Decision }) {
  const text = useText();
  const { changes = [] } = decision;
  // Why the policy refused, and whether "always" became a rule: the words of the host.
  const saysMore = decision.scope === "always" || (decision.decision === "deny" && decision.by === undefined);
  return (
    <div className={styles["decision"]}>
      <p>
        {decisionWords(text, decision)}
        {saysMore && <span className={styles["reason"]}>. {decision.reason}</span>}
      </p>
      {changes.length > 0 && (
        <ul className={styles["changes"]}>
          {changes.map(({ path, kind, refused }) => (
            <li key={path}>
              <span className={styles["path"]}>{path}</span> {text(`chat.change.${kind}`)}
              {refused !== null && (
                <span className={styles["never"]}>
                  <MeaningIcon meaning="refused" /> {text("chat.call.neverWritten")}: {refused}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Result({ result, print }: { readonly result: NonNullable<CallPart["result"]>; readonly print: boolean }) {
  const text = useText();
  const [open, setOpen] = useState(false);
  const { outcome } = result;
  const size = text("chat.call.resultSize", { count: outcome.text.length });
  return (
    <Collapsible.Root className={styles["result"]} open={print || open} onOpenChange={setOpen}>
      <Collapsible.Trigger className={styles["trigger"]}>
        <ChevronRight className={styles["chevron"]} aria-hidden="true" />
        {outcome.ok && outcome.truncated ? `${size}, ${text("chat.call.truncated")}` : size}
      </Collapsible.Trigger>
      <Collapsible.Panel className={styles["panel"]}>
        {!outcome.ok && <p className={styles["code"]}>{text.maybe(`error.${outcome.code}`)}</p>}
        <div
          className={styles["output"]}
          {...(print ? {} : { tabIndex: 0, role: "group", "aria-label": text("chat.call.result") })}
        >
          <Lines lines={visibleLines(outcome.text)} />
        </div>
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}

function stateOf(
  text: Text,
  of: Pick<CallPart, "decisions" | "result"> & { readonly running: boolean; readonly waiting: boolean },
): { readonly meaning: Meaning; readonly words: string } {
  const { decisions, result, running, waiting } = of;
  const refused = decisions.some(({ decision }) => decision === "deny");
  if (waiting) return { meaning: "attention", words: text("chat.call.state.waiting") };
  if (refused) return { meaning: "refused", words: text("chat.call.state.refused") };
  if (result !== undefined) {
    return result.outcome.ok
      ? { meaning: "good", words: text("chat.call.state.done") }
      : { meaning: "refused", words: text("chat.call.state.failed") };
  }
  if (running && decisions.length === 0) return { meaning: "neutral", words: text("chat.call.state.deciding") };
  return running
    ? { meaning: "neutral", words: text("chat.call.state.running") }
    : { meaning: "attention", words: text("chat.call.state.unknown") };
}

/** Milliseconds as far as they matter: "40 ms", "1.2 s". */
export function precise(text: Text, ms: number): string {
  if (ms < 950) return `${text.number(ms)} ms`;
  return ms < 59_500 ? `${text.number(ms / 1000, 1)} s` : text.duration(ms);
}
