import { useState } from "react";
import type { CaptureView } from "../../../../src/shared/capture.ts";
import { useRecordingSession } from "../../../audio/use-recording-session.ts";
import { navigate } from "../../../app/route.ts";
import { useSayError } from "../../../app/toasts.tsx";
import { useCallHost, useConnection, useHost, useHostEvent } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { Banner } from "../../../ui/Banner.tsx";
import { Button } from "../../../ui/Button.tsx";
import { useVisit } from "../../kiosk/visit.ts";
import { useChoice } from "../adding/use-adding.ts";
import styles from "./Banners.module.css";

/** Recordings that nobody ended: the window was loaded anew, or a process died. Each can be kept or deleted. */
export function LeftCaptures() {
  const { state } = useRecordingSession();
  const { data, reload } = useHost("captures.list", {});
  useHostEvent("list.changed", ({ what }) => {
    if (what === "captures") reload();
  });
  const since = useVisit()?.since ?? "";
  // While one is begun here its name is not known yet.
  const left =
    state.phase === "starting"
      ? []
      : (data?.captures ?? []).filter(({ id, startedAt }) => id !== state.captureId && startedAt >= since);
  return left.map((capture) => <LeftCapture key={capture.id} capture={capture} onDone={reload} />);
}

function LeftCapture({ capture, onDone }: { readonly capture: CaptureView; readonly onDone: () => void }) {
  const text = useText();
  const call = useCallHost();
  const { shell } = useConnection();
  const sayError = useSayError();
  const { choice } = useChoice();
  const [busy, setBusy] = useState(false);
  const { id, name, durationMs, startedAt } = capture;
  async function end(how: "keep" | "delete") {
    setBusy(true);
    try {
      // The shell may still hold its file from before the window was loaded anew.
      await shell.call("capture.close", { id }).catch(() => {});
      if (how === "delete") await call("captures.discard", { id });
      else {
        const { model, language } = choice;
        const { transcriptId } = await call("captures.finish", { id, transcribe: { model, language } });
        if (transcriptId !== null) navigate({ view: "recordings", id: transcriptId });
      }
    } catch (error) {
      sayError(error);
      setBusy(false);
    }
    onDone();
  }
  return (
    <div className={styles["place"]}>
      <Banner
        meaning="attention"
        action={
          <div className={styles["actions"]}>
            <Button disabled={busy} onClick={() => void end("keep")}>
              {text("recorder.left.keep")}
            </Button>
            <Button kind="quiet" disabled={busy} onClick={() => void end("delete")}>
              {text("recorder.left.discard")}
            </Button>
          </div>
        }
      >
        {text("recorder.left.words", { name, time: text.clock(durationMs), date: text.date(startedAt) })}
      </Banner>
    </div>
  );
}
