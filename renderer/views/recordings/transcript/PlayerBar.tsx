import { Slider } from "@base-ui/react/slider";
import { Pause, Play, RotateCcw, RotateCw } from "lucide-react";
import { useMemo } from "react";
import type { Segment } from "../../../../src/shared/speech.ts";
import { useText } from "../../../text/text.tsx";
import { IconButton } from "../../../ui/IconButton.tsx";
import { Select } from "../../../ui/Select.tsx";
import { speechStretches } from "./segment-at.ts";
import styles from "./PlayerBar.module.css";
import { type Player, speeds, usePlayerTime } from "./use-player.ts";

/** So many stretches of speech are told apart on the bar. */
const barParts = 600;
/** How far the skip buttons and keys go, in milliseconds. */
export const skipMs = 5000;

/** Plays a recording: where it is, where speech is, how fast. */
export function PlayerBar({
  player,
  segments,
  durationMs,
}: {
  readonly player: Player;
  readonly segments: readonly Segment[];
  /** Of the recording, in milliseconds. */
  readonly durationMs: number;
}) {
  const text = useText();
  const { playing, failed, speed } = player;
  return (
    <div className={styles["bar"]} role="group" aria-label={text("transcript.player")}>
      <IconButton
        label={text("transcript.back5")}
        icon={<RotateCcw />}
        shortcut="Alt+ArrowLeft"
        disabled={failed}
        onClick={() => player.skip(-skipMs)}
      />
      <IconButton
        label={text(playing ? "transcript.pause" : "transcript.play")}
        icon={playing ? <Pause /> : <Play />}
        shortcut="Ctrl+Space"
        disabled={failed}
        onClick={player.toggle}
      />
      <IconButton
        label={text("transcript.forward5")}
        icon={<RotateCw />}
        shortcut="Alt+ArrowRight"
        disabled={failed}
        onClick={() => player.skip(skipMs)}
      />
      <Position player={player} segments={segments} durationMs={durationMs} />
      <Select
        label={text("transcript.speed")}
        value={String(speed)}
        options={speeds.map((each) => ({
          value: String(each),
          label: text("transcript.times", {
            speed: text.number(each, each % 0.5 === 0 ? (each % 1 === 0 ? 0 : 1) : 2),
          }),
        }))}
        disabled={failed}
        onChange={(next) => player.setSpeed(Number(next))}
      />
    </div>
  );
}

/** The line that time runs along, with the places where speech is. */
function Position({
  player,
  segments,
  durationMs,
}: {
  readonly player: Player;
  readonly segments: readonly Segment[];
  readonly durationMs: number;
}) {
  const text = useText();
  // A tenth of a second is finer than a pixel of any recording longer than two minutes.
  const ms = usePlayerTime(player, (now) => Math.round(now / 100) * 100);
  const path = useMemo(
    () =>
      speechStretches(segments, durationMs, barParts)
        .map(({ from, to }) => `M${from * barParts} 0H${to * barParts}V1H${from * barParts}Z`)
        .join(""),
    [segments, durationMs],
  );
  const end = Math.max(1, durationMs);
  return (
    <div className={styles["position"]}>
      <span className={styles["time"]}>{text.clock(ms)}</span>
      <Slider.Root
        className={styles["slider"]}
        value={Math.min(ms, end)}
        min={0}
        max={end}
        step={100}
        largeStep={30_000}
        disabled={player.failed}
        onValueChange={(next) => player.seek(Array.isArray(next) ? (next[0] ?? 0) : (next as number))}
        onKeyDownCapture={(event) => {
          // A step of a tenth of a second would be of no use to a key.
          const by = { ArrowLeft: -skipMs, ArrowDown: -skipMs, ArrowRight: skipMs, ArrowUp: skipMs }[event.key];
          if (by === undefined || event.altKey || event.ctrlKey) return;
          event.preventDefault();
          event.stopPropagation();
          player.skip(by);
        }}
      >
        <Slider.Control className={styles["control"]}>
          <Slider.Track className={styles["track"]}>
            <svg
              className={styles["speech"]}
              viewBox={`0 0 ${barParts} 1`}
              preserveAspectRatio="none"
              aria-hidden="true"
            >
              <path d={path} />
            </svg>
            <Slider.Indicator className={styles["done"]} />
            <Slider.Thumb
              className={styles["thumb"]}
              aria-label={text("transcript.position")}
              getAriaValueText={() =>
                text("transcript.positionOf", { time: text.clock(ms), all: text.clock(durationMs) })
              }
            />
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
      <span className={styles["time"]}>{text.clock(durationMs)}</span>
    </div>
  );
}
