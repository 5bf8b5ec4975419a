import { Collapsible } from "@base-ui/react/collapsible";
import { ChevronRight, Wrench } from "lucide-react";
import { useState } from "react";
import type { RunView } from "../../../src/shared/host-contract.ts";
import type { Decision } from "../../../src/shared/run.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { hrefOf } from "../../app/route.ts";
import { type Text, useText } from "../../text/text.tsx";
import { Badge, type Meaning, MeaningIcon } from "../../ui/Badge.tsx";
import { visibleLines } from "./argument-lines.ts";
import { ArgumentList } from "./ArgumentList.tsx";
import { CallProgress } from "./CallProgress.tsx";
import { decisionWords } from "./decision-words.ts";
import { Lines } from "./Lines.tsx";
import type { CallPart } from "./run-parts.ts";
import { serverToolOf } from "./server-tool.ts";
import { ServerBadge } from "./ServerBadge.tsx";
import { useServer } from "./servers.tsx";
import styles from "./ToolCard.module.css";
import { useReachable } from "./use-reachable.ts";
import { whyRefused } from "./why-refused.ts";
import { WhyRefused } from "./WhyRefused.tsx";

/** More lines of an argument wait behind a button. */
const argumentLinesShown = 6;

/** A tool call: what was asked with which arguments, who allowed it, how it was sealed, what came of it. */
export function ToolCard({
  part,
  run,
  running,
  waiting,
  print,
}: {
  readonly part: CallPart;
  readonly run: Pick<RunView, "id" | "agent" | "grants">;
  /** Whether the run goes on. */
  readonly running: boolean;
  /** Whether a person is asked about it now. */
  readonly waiting: boolean;
  /** On paper: everything is open. */
  readonly print: boolean;
}) {
  const text = useText();
  const reachesAudit = useReachable("audit");
  const { call, decisions, result } = part;
  const served = serverToolOf(call.tool);
  const kind = useServer(served?.server)?.kind;
  const refusal = whyRefused(part);
  // What is elsewhere is in no sandbox of this machine.
  const level =
    served === null || kind === "bundle" ? decisions.find((one) => one.level !== undefined)?.level : undefined;
  const goesOn = running && !waiting && result === undefined && decisions.length > 0;
  const { meaning, words } = stateOf(text, { decisions, result, running, waiting });
  return (
    <section className={styles["card"]} role="group" aria-label={text("chat.call.label", { tool: call.tool })}>
      <header className={styles["header"]}>
        <Wrench className={styles["icon"]} aria-hidden="true" />
        <strong className={styles["tool"]}>{showHidden(served?.tool ?? call.tool)}</strong>
        {served !== null && <ServerBadge server={served.server} />}
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
      {served !== null && goesOn && <CallProgress runId={run.id} callId={call.id} />}
      {refusal !== null && (
        <WhyRefused
          refusal={refusal}
          agent={run.agent}
          tool={call.tool}
          // A server has folders of its own, whatever a question opens.
          folder={served === null && run.grants.length === 1 ? (run.grants[0]?.path ?? null) : null}
          print={print}
        />
      )}
      <footer className={styles["footer"]}>
        {result !== undefined && <Result result={result} print={print} />}
        {reachesAudit && (
          <a className={styles["audit"]} href={hrefOf({ view: "audit", at: { run: run.id } })} data-screen-only>
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
  return (
    <div className={styles["decision"]}>
      <p>
        {decisionWords(text, decision)}
        {/* Whether "always" became a rule: the words of the host. */}
        {decision.scope === "always" && <span className={styles["reason"]}>. {decision.reason}</span>}
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
  const refused =
    decisions.some(({ decision }) => decision === "deny") ||
    (result?.outcome.ok === false && /\.(?:refused|denied)$/u.test(result.outcome.code));
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
