import { useEffect, useRef } from "react";
import type { SessionState } from "../../../audio/recording-session.ts";
import { useText } from "../../../text/text.tsx";
import styles from "./Recorder.module.css";

/** So near to the end counts as at the end: then new text keeps it in view. Pixels. */
const nearEnd = 48;

/** The text of a recording as it comes: what is settled, and what may still change. */
export function LiveText({ state }: { readonly state: SessionState }) {
  const text = useText();
  const lines = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const { live, text: said, phase } = state;
  useEffect(() => {
    const box = lines.current;
    if (box !== null && atEnd.current) box.scrollTop = box.scrollHeight;
  }, [said]);
  const behindMs = (said?.behindMs ?? 0) + Math.max(0, state.elapsedMs - state.textAtMs);
  const quiet = said === null || (said.settled.length === 0 && said.tentative === "");
  const words =
    phase === "idle" || phase === "starting"
      ? text("recorder.liveBefore")
      : live
        ? text("recorder.liveWaits")
        : text("recorder.liveOff");
  return (
    <section className={styles["live"]} aria-labelledby="live-text">
      <div className={styles["liveHead"]}>
        <h2 id="live-text" className={styles["heading"]}>
          {text("recorder.liveTitle")}
        </h2>
        {said !== null && phase !== "idle" && (
          <span className={styles["hint"]}>{text("recorder.behind", { seconds: Math.round(behindMs / 1000) })}</span>
        )}
      </div>
      <div
        ref={lines}
        className={styles["lines"]}
        role="log"
        aria-label={text("recorder.liveTitle")}
        tabIndex={0}
        onScroll={({ currentTarget: box }) => {
          atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < nearEnd;
        }}
      >
        {quiet ? (
          <p className={styles["hint"]}>{words}</p>
        ) : (
          <>
            {said.settled.map((segment) => (
              <p key={segment.startMs} className={styles["line"]}>
                <span className={styles["time"]}>{text.clock(segment.startMs)}</span>
                <span>{segment.text}</span>
              </p>
            ))}
            {said.tentative !== "" && (
              // Read aloud only once it is settled.
              <p className={styles["line"]} aria-hidden="true">
                <span className={styles["time"]}>…</span>
                <span className={styles["tentative"]}>{said.tentative}</span>
              </p>
            )}
          </>
        )}
      </div>
    </section>
  );
}
