import { useRecordingSession } from "../../../audio/use-recording-session.ts";
import { navigate, useRoute } from "../../../app/route.ts";
import { useText } from "../../../text/text.tsx";
import { Banner } from "../../../ui/Banner.tsx";
import { Button } from "../../../ui/Button.tsx";
import styles from "./Banners.module.css";

/** Says that the microphone is being recorded, wherever the person is but at the recorder. */
export function RecordingBanner() {
  const text = useText();
  const { state } = useRecordingSession();
  const { view, at } = useRoute();
  const isAtRecorder = view === "recordings" && at["part"] === "record";
  if (state.captureId === null || isAtRecorder) return null;
  return (
    <div className={styles["place"]}>
      <Banner
        meaning="attention"
        action={
          <Button onClick={() => navigate({ view: "recordings", at: { part: "record" } })}>
            {text("recorder.toRecorder")}
          </Button>
        }
      >
        {text(state.phase === "paused" ? "recorder.underWayPaused" : "recorder.underWay")}
      </Banner>
    </div>
  );
}
