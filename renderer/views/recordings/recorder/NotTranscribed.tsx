import { useState } from "react";
import type { JobView, RecordingView } from "../../../../src/shared/host-contract.ts";
import { useSayError } from "../../../app/toasts.tsx";
import { useShell } from "../../../app/use-shell.tsx";
import { useCallHost } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { Banner } from "../../../ui/Banner.tsx";
import { Button } from "../../../ui/Button.tsx";
import { useChoice } from "../adding/use-adding.ts";
import styles from "./Banners.module.css";

/** More of them would push the list away; the others are in it. */
const mostShown = 2;

/** Recordings made here that nobody transcribed: those that were recovered after a crash, above all. */
export function NotTranscribed({
  recordings,
  jobs,
}: {
  readonly recordings: readonly RecordingView[];
  readonly jobs: readonly JobView[];
}) {
  const { kiosk } = useShell();
  if (kiosk !== null) return null;
  const busy = new Set(jobs.map(({ recordingId }) => recordingId));
  return recordings
    .filter(({ id, source, transcripts }) => source === "microphone" && transcripts.length === 0 && !busy.has(id))
    .slice(0, mostShown)
    .map((recording) => <Offer key={recording.id} recording={recording} />);
}

function Offer({ recording }: { readonly recording: RecordingView }) {
  const text = useText();
  const call = useCallHost();
  const sayError = useSayError();
  const { choice } = useChoice();
  const [busy, setBusy] = useState(false);
  const { name, path, durationMs } = recording;
  async function transcribe() {
    setBusy(true);
    try {
      await call("transcriptions.start", {
        ...{ ...choice, vocabulary: [...choice.vocabulary] },
        ...{ path, device: "auto", again: false },
      });
    } catch (error) {
      sayError(error);
      setBusy(false);
    }
  }
  return (
    <div className={styles["place"]}>
      <Banner
        meaning="neutral"
        action={
          <Button disabled={busy} onClick={() => void transcribe()}>
            {text("recordings.transcribeFirst")}
          </Button>
        }
      >
        {text("recorder.notTranscribed", { name, time: text.clock(durationMs ?? 0) })}
      </Banner>
    </div>
  );
}
