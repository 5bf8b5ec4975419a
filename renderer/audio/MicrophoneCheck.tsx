import { useState } from "react";
import { useText } from "../text/text.tsx";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Select } from "../ui/Select.tsx";
import type { Loudness } from "./level.ts";
import { LevelMeter } from "./LevelMeter.tsx";
import styles from "./MicrophoneCheck.module.css";
import { useMicrophone, useMicrophones } from "./use-microphone.ts";

/** The system's choice, among labels: no device is called that. */
const systems = "";

/** Choose a microphone, speak, and see whether it hears. Nothing is recorded. */
export function MicrophoneCheck({
  label,
  onChoose,
}: {
  readonly label: string | null;
  readonly onChoose: (label: string | null) => void;
}) {
  const text = useText();
  const [on, setOn] = useState(false);
  const [loudness, setLoudness] = useState<Loudness>();
  const microphone = useMicrophone(label, on);
  const labels = useMicrophones(microphone.state);
  // The one that was chosen stays in the list while it is unplugged.
  const all = label === null || labels.includes(label) ? labels : [label, ...labels];
  return (
    <div className={styles["check"]}>
      <div className={styles["row"]}>
        <Select
          label={text("microphone.choose")}
          value={label ?? systems}
          options={[
            { value: systems, label: text("microphone.system") },
            ...all.map((one) => ({ value: one, label: one })),
          ]}
          onChange={(next) => onChoose(next === systems ? null : next)}
        />
        <Button
          onClick={() => {
            setLoudness(undefined);
            setOn(!on);
          }}
        >
          {text(on ? "microphone.stop" : "microphone.try")}
        </Button>
      </div>
      {microphone.state === "open" && (
        <>
          <LevelMeter microphone={microphone.microphone} onLoudness={setLoudness} />
          <p className={styles["words"]}>{text("microphone.hearing", { label: microphone.microphone.label })}</p>
          {!microphone.microphone.isTheOneAsked && (
            <Banner meaning="attention">{text("microphone.other", { label: label ?? "" })}</Banner>
          )}
        </>
      )}
      <div className={styles["says"]} role="status">
        {microphone.state === "opening" && text("microphone.opening")}
        {microphone.state === "open" && <Words loudness={loudness} />}
      </div>
      {microphone.state === "failed" && (
        <Banner meaning="refused">{text(`microphone.trouble.${microphone.trouble}`)}</Banner>
      )}
    </div>
  );
}

function Words({ loudness }: { readonly loudness: Loudness | undefined }) {
  const text = useText();
  if (loudness === undefined) return text("microphone.speak");
  return <Banner meaning={loudness === "good" ? "good" : "attention"}>{text(`microphone.check.${loudness}`)}</Banner>;
}
