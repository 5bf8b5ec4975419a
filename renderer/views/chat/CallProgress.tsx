import { useState } from "react";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Progress } from "../../ui/Progress.tsx";
import styles from "./CallProgress.module.css";

interface Known {
  readonly progress: number;
  readonly total: number | null;
  readonly message: string | null;
}

/** How far a call is, as its server says. Nothing is shown before it said something. */
export function CallProgress({ runId, callId }: { readonly runId: string; readonly callId: string }) {
  const text = useText();
  const [known, setKnown] = useState<Known | null>(null);
  useHostEvent("run.progress", (event) => {
    if (event.runId === runId && event.callId === callId) setKnown(event);
  });
  if (known === null) return null;
  const { progress, total, message } = known;
  // Without a total nobody knows how far it is: then only that it goes on is shown.
  const share = total === null || total <= 0 ? null : Math.min(1, Math.max(0, progress / total));
  const amount =
    total === null
      ? text("chat.call.progress", { done: text.number(progress) })
      : text("chat.call.progressOf", { done: text.number(progress), of: text.number(total) });
  return (
    <div className={styles["progress"]}>
      <Progress label={text("chat.call.progressLabel")} share={share} />
      <p className={styles["words"]}>{message === null ? amount : `${amount} · ${showHidden(message)}`}</p>
    </div>
  );
}
