import { Collapsible } from "@base-ui/react/collapsible";
import { Bot, ChevronRight, Copy, PencilLine, RotateCcw } from "lucide-react";
import { memo } from "react";
import { firstAgent } from "../../../src/shared/agent.ts";
import type { RunView } from "../../../src/shared/host-contract.ts";
import type { GenerationTiming } from "../../../src/shared/run.ts";
import { hrefOf } from "../../app/route.ts";
import { useText } from "../../text/text.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { Answer } from "./Answer.tsx";
import { handsOver, withoutEcho } from "./hand-overs.ts";
import styles from "./Run.module.css";
import { runParts } from "./run-parts.ts";
import { RunNotice } from "./RunNotice.tsx";
import { RunPartView } from "./RunPartView.tsx";
import { Sources } from "./Sources.tsx";
import { precise } from "./ToolCard.tsx";
import { useCopy } from "./use-copy.ts";
import type { RunText } from "./use-run-texts.ts";
import { Waiting } from "./Waiting.tsx";

interface RunProps {
  readonly run: RunView;
  readonly earlier?: readonly RunView[];
  /** What is written of the answer so far. */
  readonly writing: RunText | undefined;
  /** Calls that a person is asked about, by id. */
  readonly waiting: ReadonlySet<string>;
  /** Tokens that were in view before this run, as far as known. */
  readonly tokensBefore: number | null;
  readonly print: boolean;
  /** The agents by what people call them. */
  readonly titles: ReadonlyMap<string, string>;
  /** The run that answers what this one handed over. */
  readonly answeredBy: string | undefined;
  /** The agent that handed this question over. */
  readonly from: string | undefined;
  /** Left out where it cannot be done now. */
  readonly onRetry: ((runId: string) => void) | undefined;
  readonly onEdit: ((runId: string) => void) | undefined;
}

/** A question with everything that was done for it, and its answer. */
export const Run = memo(function Run(props: RunProps) {
  const { run, earlier = [], writing, waiting, tokensBefore, print, onRetry, onEdit } = props;
  const { titles, answeredBy, from } = props;
  const text = useText();
  const copy = useCopy();
  const running = run.status === "running";
  const parts = withoutEcho(runParts(run.steps));
  const titleOf = (agent: string) => titles.get(agent) ?? agent;
  const answer = parts.find((part) => part.kind === "answer");
  const handedOver = parts.find((part) => part.kind === "call" && handsOver(part));
  const ended = answer !== undefined || handedOver !== undefined || parts.some(({ kind }) => kind === "stopped");
  return (
    <article className={styles["run"]} id={`run-${run.id}`} tabIndex={-1}>
      {earlier.length > 0 && !print && <Earlier runs={earlier} titles={titles} />}
      {run.handedOverBy !== null && (
        <p className={styles["from"]}>
          {text("chat.handedOverBy", { agent: from === undefined ? "" : titleOf(from) })}{" "}
          <a href={hrefOf({ view: "chat", id: run.conversationId, at: { run: run.handedOverBy } })} data-screen-only>
            {text("chat.handedOverBy.show")}
          </a>
        </p>
      )}
      <div className={styles["asked"]}>
        <h2 className={styles["question"]}>
          <span className="visually-hidden">{text("chat.run.question")}: </span>
          {run.question}
        </h2>
        <div className={styles["tools"]} data-screen-only>
          <IconButton label={text("chat.run.copyQuestion")} icon={<Copy />} onClick={() => copy(run.question)} />
          {onEdit !== undefined && run.handedOverBy === null && (
            <IconButton label={text("chat.run.edit")} icon={<PencilLine />} onClick={() => onEdit(run.id)} />
          )}
        </div>
      </div>
      {run.agent !== firstAgent && (
        <p className={styles["agent"]}>
          <Bot aria-hidden="true" />
          {text("chat.run.agent", { agent: titleOf(run.agent) })}
        </p>
      )}
      {parts.map((part, at) => (
        // Steps are never changed and never move.
        // oxlint-disable-next-line react/no-array-index-key
        <RunPartView
          key={at}
          part={part}
          run={run}
          waiting={waiting}
          print={print}
          titleOf={titleOf}
          answeredBy={answeredBy}
        />
      ))}
      {writing !== undefined && running && (
        <div className={styles["writing"]}>
          {!writing.whole && <p className={styles["note"]}>{text("chat.run.joined")}</p>}
          <Answer text={writing.text} />
        </div>
      )}
      {running && writing === undefined && <Waiting run={run} waiting={waiting} tokensBefore={tokensBefore} />}
      {!running && !ended && <RunNotice words={text("chat.run.interrupted")} />}
      {answer !== undefined && <Sources steps={run.steps} grants={run.grants} print={print} />}
      {!running && (
        <footer className={styles["footer"]}>
          <span className={styles["facts"]}>
            {[run.model, text.date(run.createdAt)].join(" · ")}
            {answer?.timing !== undefined && <Timing of={answer.timing} />}
          </span>
          <span className={styles["tools"]} data-screen-only>
            {answer !== undefined && (
              <IconButton label={text("chat.run.copy")} icon={<Copy />} onClick={() => copy(answer.text)} />
            )}
            {onRetry !== undefined && (
              <IconButton label={text("chat.run.retry")} icon={<RotateCcw />} onClick={() => onRetry(run.id)} />
            )}
          </span>
        </footer>
      )}
    </article>
  );
});

function Timing({ of }: { readonly of: GenerationTiming }) {
  const text = useText();
  const writingMs = of.totalMs - of.firstTokenMs;
  const shown = { first: precise(text, of.firstTokenMs), prompt: text.number(of.promptTokens) };
  return (
    <>
      {" · "}
      {writingMs > 0 && of.generatedTokens > 1
        ? text("chat.run.timing", { ...shown, rate: text.number((of.generatedTokens / writingMs) * 1000, 1) })
        : text("chat.run.timingShort", shown)}
    </>
  );
}

/** What was asked before it was edited. The model does not see it any more; people do. */
function Earlier({
  runs,
  titles,
}: {
  readonly runs: readonly RunView[];
  readonly titles: ReadonlyMap<string, string>;
}) {
  const text = useText();
  return (
    <Collapsible.Root className={styles["earlier"]}>
      <Collapsible.Trigger className={styles["more"]}>
        <ChevronRight className={styles["chevron"]} aria-hidden="true" />
        {text("chat.run.earlier", { count: runs.length })}
      </Collapsible.Trigger>
      <Collapsible.Panel className={styles["earlierRuns"]}>
        {runs.map((run) => (
          <Run
            key={run.id}
            run={run}
            writing={undefined}
            waiting={noCalls}
            tokensBefore={null}
            print={false}
            titles={titles}
            answeredBy={undefined}
            from={undefined}
            onRetry={undefined}
            onEdit={undefined}
          />
        ))}
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}

const noCalls: ReadonlySet<string> = new Set();
