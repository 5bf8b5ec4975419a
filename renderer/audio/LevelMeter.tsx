import { useEffect, useRef, useState } from "react";
import { useText } from "../text/text.tsx";
import { clipping, floor, loudnessOf, type Loudness, shareOf } from "./level.ts";
import styles from "./LevelMeter.module.css";
import type { Microphone } from "./microphone.ts";

/** The words are about this long a stretch, in milliseconds: a breath must not count as silence. */
const stretchMs = 3000;

/**
 * How loud a microphone is, now: a bar that follows at once, the highest of the last moments as a line, and a word for
 * whoever does not see it. `onLoudness` is told of the last seconds, for a warning.
 */
export function LevelMeter({
  microphone,
  onLoudness,
}: {
  readonly microphone: Microphone;
  readonly onLoudness?: (loudness: Loudness) => void;
}) {
  const text = useText();
  const bar = useRef<HTMLDivElement>(null);
  const mark = useRef<HTMLDivElement>(null);
  const [loudness, setLoudness] = useState<Loudness>("good");
  const tell = useRef(onLoudness);
  useEffect(() => {
    tell.current = onLoudness;
  });
  useEffect(() => {
    let frame = 0;
    let held = floor;
    let highest = -Infinity;
    let since = performance.now();
    const draw = (now: number) => {
      const { peak, mean } = microphone.level();
      held = Math.max(peak, held - 0.5);
      highest = Math.max(highest, peak);
      if (bar.current !== null) bar.current.style.transform = `scaleX(${shareOf(mean)})`;
      if (mark.current !== null) {
        mark.current.style.insetInlineStart = `calc(${(shareOf(held) * 100).toFixed(1)}% - 2px)`;
        mark.current.dataset["clipped"] = String(held >= clipping);
      }
      if (now - since >= stretchMs) {
        const word = loudnessOf(highest);
        setLoudness(word);
        tell.current?.(word);
        highest = -Infinity;
        since = now;
      }
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [microphone]);
  return (
    <div
      className={styles["meter"]}
      role="meter"
      aria-label={text("microphone.level")}
      aria-valuemin={0}
      aria-valuemax={3}
      aria-valuenow={(["nothing", "silent", "good", "loud"] as const).indexOf(loudness)}
      aria-valuetext={text(`microphone.loudness.${loudness}`)}
    >
      <div ref={bar} className={styles["bar"]} />
      <div ref={mark} className={styles["mark"]} />
    </div>
  );
}
