import { Collapsible } from "@base-ui/react/collapsible";
import { ChevronRight, Copy, PencilLine, RotateCcw } from "lucide-react";
import { memo } from "react";
import type { RunView } from "../../../src/shared/host-contract.ts";
import type { GenerationTiming, StopReason } from "../../../src/shared/run.ts";
import { useText } from "../../text/text.tsx";
import { MeaningIcon } from "../../ui/Badge.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { Answer } from "./Answer.tsx";
import { visibleLines } from "./argument-lines.ts";
import { Lines } from "./Lines.tsx";
import styles from "./Run.module.css";
import { type RunPart, runParts } from "./run-parts.ts";
import { Sources } from "./Sources.tsx";
import { precise, ToolCard } from "./ToolCard.tsx";
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
  /** Left out where it cannot be done now. */
  readonly onRetry: ((runId: string) => void) | undefined;
  readonly onEdit: ((runId: string) => void) | undefined;
}

/** A question with everything that was done for it, and its answer. */
export const Run = memo(function Run(props: RunProps) {
  const { run, earlier = [], writing, waiting, tokensBefore, print, onRetry, onEdit } = props;
  const text = useText();
  const copy = useCopy();
  const running = run.status === "running";
  const parts = runParts(run.steps);
  const answer = parts.find((part) => part.kind === "answer");
  const ended = answer !== undefined || parts.some(({ kind }) => kind === "stopped");
  return (
    <article className={styles["run"]} id={`run-${run.id}`} tabIndex={-1}>
      {earlier.length > 0 && !print && <Earlier runs={earlier} />}
      <div className={styles["asked"]}>
        <h2 className={styles["question"]}>
          <span className="visually-hidden">{text("chat.run.question")}: </span>
          {run.question}
        </h2>
        <div className={styles["tools"]} data-screen-only>
          <IconButton label={text("chat.run.copyQuestion")} icon={<Copy />} onClick={() => copy(run.question)} />
          {onEdit !== undefined && (
            <IconButton label={text("chat.run.edit")} icon={<PencilLine />} onClick={() => onEdit(run.id)} />
          )}
        </div>
      </div>
      {parts.map((part, at) => (
        // Steps are never changed and never move.
        // oxlint-disable-next-line react/no-array-index-key
        <Part key={at} part={part} runId={run.id} running={running} waiting={waiting} print={print} />
      ))}
      {writing !== undefined && running && (
        <div className={styles["writing"]}>
          {!writing.whole && <p className={styles["note"]}>{text("chat.run.joined")}</p>}
          <Answer text={writing.text} />
        </div>
      )}
      {running && writing === undefined && <Waiting run={run} waiting={waiting} tokensBefore={tokensBefore} />}
      {!running && !ended && <Notice words={text("chat.run.interrupted")} />}
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

function Part({
  part,
  runId,
  running,
  waiting,
  print,
}: {
  readonly part: RunPart;
  readonly runId: string;
  readonly running: boolean;
  readonly waiting: ReadonlySet<string>;
  readonly print: boolean;
}) {
  const text = useText();
  switch (part.kind) {
    case "call": {
      const asks = running && waiting.has(part.call.id);
      return <ToolCard part={part} runId={runId} running={running} waiting={asks} print={print} />;
    }
    case "answer":
      return <Answer text={part.text} />;
    case "compacted":
      return <p className={styles["note"]}>{text("chat.run.compacted", { count: part.count })}</p>;
    case "malformed":
      return (
        <Notice words={text("chat.run.malformed")}>
          <More label={text("chat.run.malformedText")} print={print}>
            <p>{part.error}</p>
            <Lines lines={visibleLines(part.text)} />
          </More>
        </Notice>
      );
    case "stopped":
      return <Stopped reason={part.reason} message={part.message} print={print} />;
  }
}

function Stopped({
  reason,
  message,
  print,
}: {
  readonly reason: StopReason;
  readonly message: string;
  readonly print: boolean;
}) {
  const text = useText();
  return (
    <Notice words={text(`chat.stop.${reason}`)}>
      {reason !== "cancelled" && (
        <More label={text("chat.stop.details")} print={print}>
          <Lines lines={visibleLines(message)} />
        </More>
      )}
    </Notice>
  );
}

function Notice({ words, children }: { readonly words: string; readonly children?: React.ReactNode }) {
  return (
    <div className={styles["notice"]}>
      <MeaningIcon meaning="attention" />
      <div className={styles["noticeWords"]}>
        <p>{words}</p>
        {children}
      </div>
    </div>
  );
}

function More({
  label,
  print,
  children,
}: {
  readonly label: string;
  readonly print: boolean;
  readonly children: React.ReactNode;
}) {
  return (
    <Collapsible.Root {...(print ? { open: true } : {})}>
      <Collapsible.Trigger className={styles["more"]}>
        <ChevronRight className={styles["chevron"]} aria-hidden="true" />
        {label}
      </Collapsible.Trigger>
      <Collapsible.Panel className={styles["details"]}>{children}</Collapsible.Panel>
    </Collapsible.Root>
  );
}

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
function Earlier({ runs }: { readonly runs: readonly RunView[] }) {
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
            onRetry={undefined}
            onEdit={undefined}
          />
        ))}
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}

const noCalls: ReadonlySet<string> = new Set();
