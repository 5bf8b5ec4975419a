import { CornerDownRight } from "lucide-react";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { hrefOf } from "../../app/route.ts";
import { useText } from "../../text/text.tsx";
import { decisionWords } from "./decision-words.ts";
import styles from "./HandOverLine.module.css";
import type { CallPart } from "./run-parts.ts";

/** That a question went on to another agent, and where that one answers. */
export function HandOverLine({
  part: { call, decisions },
  titleOf,
  conversationId,
  to,
}: {
  readonly part: CallPart;
  readonly titleOf: (agent: string) => string;
  readonly conversationId: string;
  /** The run that answers it, once there is one. */
  readonly to: string | undefined;
}) {
  const text = useText();
  const { agent, task } = call.arguments;
  const [decision] = decisions;
  return (
    <div className={styles["line"]}>
      <CornerDownRight className={styles["icon"]} aria-hidden="true" />
      <div className={styles["words"]}>
        <p>
          {text("chat.handOver", {
            agent: titleOf(String(agent)),
            task: showHidden(String(task).replace(/[.\s]+$/u, "")),
          })}{" "}
          {to !== undefined && (
            <a href={hrefOf({ view: "chat", id: conversationId, at: { run: to } })} data-screen-only>
              {text("chat.handOver.toAnswer")}
            </a>
          )}
        </p>
        {decision !== undefined && <p className={styles["decision"]}>{decisionWords(text, decision)}</p>}
      </div>
    </div>
  );
}
