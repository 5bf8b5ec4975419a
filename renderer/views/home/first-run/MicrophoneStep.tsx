import { MicrophoneCheck } from "../../../audio/MicrophoneCheck.tsx";
import { usePreferences } from "../../../app/use-preferences.tsx";
import { useText } from "../../../text/text.tsx";
import styles from "./Step.module.css";

/** Whether the microphone hears. */
export function MicrophoneStep() {
  const text = useText();
  const { preferences, change } = usePreferences();
  return (
    <>
      <p className={styles["soft"]}>{text("firstRun.microphone.lead")}</p>
      <MicrophoneCheck label={preferences.microphone} onChoose={(microphone) => change({ microphone })} />
    </>
  );
}
