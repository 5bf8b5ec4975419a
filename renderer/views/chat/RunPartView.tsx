import { Collapsible } from "@base-ui/react/collapsible";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import type { RunView } from "../../../src/shared/host-contract.ts";
import type { StopReason } from "../../../src/shared/run.ts";
import { useText } from "../../text/text.tsx";
import { Answer } from "./Answer.tsx";
import { visibleLines } from "./argument-lines.ts";
import { handsOver } from "./hand-overs.ts";
import { HandOverLine } from "./HandOverLine.tsx";
import { Lines } from "./Lines.tsx";
import styles from "./Run.module.css";
import type { RunPart } from "./run-parts.ts";
import { RunNotice } from "./RunNotice.tsx";
import { ToolCard } from "./ToolCard.tsx";

/** One thing that a run did. */
export function RunPartView({
  part,
  run,
  waiting,
  print,
  titleOf,
  answeredBy,
}: {
  readonly part: RunPart;
  readonly run: RunView;
  /** Calls that a person is asked about, by id. */
  readonly waiting: ReadonlySet<string>;
  readonly print: boolean;
  /** The run that answers what this one handed over. */
  readonly answeredBy: string | undefined;
  readonly titleOf: (agent: string) => string;
}) {
  const text = useText();
  switch (part.kind) {
    case "call": {
      if (handsOver(part)) {
        return <HandOverLine part={part} titleOf={titleOf} conversationId={run.conversationId} to={answeredBy} />;
      }
      const running = run.status === "running";
      const asks = running && waiting.has(part.call.id);
      return <ToolCard part={part} run={run} running={running} waiting={asks} print={print} />;
    }
    case "answer":
      return <Answer text={part.text} />;
    case "compacted":
      return <p className={styles["note"]}>{text("chat.run.compacted", { count: part.count })}</p>;
    case "malformed":
      return (
        <RunNotice words={text("chat.run.malformed")}>
          <More label={text("chat.run.malformedText")} print={print}>
            <p>{part.error}</p>
            <Lines lines={visibleLines(part.text)} />
          </More>
        </RunNotice>
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
    <RunNotice words={text(`chat.stop.${reason}`)}>
      {reason !== "cancelled" && (
        <More label={text("chat.stop.details")} print={print}>
          <Lines lines={visibleLines(message)} />
        </More>
      )}
    </RunNotice>
  );
}

function More({
  label,
  print,
  children,
}: {
  readonly label: string;
  readonly print: boolean;
  readonly children: ReactNode;
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
