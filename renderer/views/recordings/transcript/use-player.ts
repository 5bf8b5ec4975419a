import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

/** The speeds there are. Voices keep their pitch. */
export const speeds: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];

/** Plays one recording. Times in milliseconds. */
export interface Player {
  /** Put it on the audio element. */
  readonly ref: (element: HTMLAudioElement | null) => void;
  readonly playing: boolean;
  /** It cannot be played: the file is gone, or nobody here knows its format. */
  readonly failed: boolean;
  /** As the file says, or null until that is known. */
  readonly durationMs: number | null;
  readonly speed: number;
  toggle(): void;
  /** Goes there; it goes on playing if it was. */
  seek(ms: number): void;
  /** So much further or back. */
  skip(ms: number): void;
  /** One speed faster or slower. */
  step(by: -1 | 1): void;
  setSpeed(speed: number): void;
  /** Where it is. */
  now(): number;
  /** Told whenever `now` changed. Returns the function that stops it. */
  subscribe(listener: () => void): () => void;
}

/** A player that begins at `startMs`. */
export function usePlayer(startMs: number): Player {
  const element = useRef<HTMLAudioElement | null>(null);
  const wanted = useRef(startMs);
  const listeners = useRef(new Set<() => void>());
  const [playing, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  const [durationMs, setDuration] = useState<number | null>(null);
  const [speed, setSpeedState] = useState(1);
  const speedNow = useRef(1);
  const controller = useRef<AbortController>(undefined);
  const tell = useCallback(() => {
    for (const listener of [...listeners.current]) listener();
  }, []);

  const ref = useCallback(
    (audio: HTMLAudioElement | null) => {
      controller.current?.abort();
      element.current = audio;
      if (audio === null) return;
      const { signal } = (controller.current = new AbortController());
      let frame = 0;
      // `timeupdate` comes four times a second: too seldom for a line that moves.
      const follow = () => {
        tell();
        frame = requestAnimationFrame(follow);
      };
      signal.addEventListener("abort", () => cancelAnimationFrame(frame));
      const on = (name: string, act: () => void) => audio.addEventListener(name, act, { signal });
      on("loadedmetadata", () => {
        if (Number.isFinite(audio.duration)) setDuration(audio.duration * 1000);
        if (wanted.current > 0) audio.currentTime = wanted.current / 1000;
        audio.playbackRate = speedNow.current;
        setFailed(false);
      });
      on("durationchange", () => {
        if (Number.isFinite(audio.duration)) setDuration(audio.duration * 1000);
      });
      on("play", () => {
        setPlaying(true);
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(follow);
      });
      for (const name of ["pause", "ended"]) {
        on(name, () => {
          setPlaying(false);
          cancelAnimationFrame(frame);
          tell();
        });
      }
      on("seeked", tell);
      on("timeupdate", tell);
      on("error", () => {
        setFailed(true);
        setPlaying(false);
      });
    },
    [tell],
  );

  const actions = useMemo(() => {
    const now = () => {
      const audio = element.current;
      return audio === null || audio.readyState === 0 ? wanted.current : audio.currentTime * 1000;
    };
    const seek = (ms: number) => {
      const audio = element.current;
      const end = audio !== null && Number.isFinite(audio.duration) ? audio.duration * 1000 : Infinity;
      wanted.current = Math.max(0, Math.min(end, ms));
      if (audio !== null && audio.readyState > 0) audio.currentTime = wanted.current / 1000;
      tell();
    };
    const setSpeed = (next: number) => {
      speedNow.current = next;
      setSpeedState(next);
      if (element.current !== null) element.current.playbackRate = next;
    };
    return {
      now,
      seek,
      setSpeed,
      skip: (ms: number) => seek(now() + ms),
      step: (by: -1 | 1) => {
        const next = speeds[speeds.indexOf(speedNow.current) + by];
        if (next !== undefined) setSpeed(next);
      },
      toggle() {
        const audio = element.current;
        if (audio === null) return;
        if (audio.paused) audio.play().catch(() => {});
        else audio.pause();
      },
      subscribe(listener: () => void) {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    };
  }, [tell]);
  useEffect(() => () => element.current?.pause(), []);
  return useMemo(
    () => ({ ref, playing, failed, durationMs, speed, ...actions }),
    [ref, playing, failed, durationMs, speed, actions],
  );
}

/** What is made of the player's time, such as a segment's index: the component is drawn anew only when that changes. */
export function usePlayerTime<T extends number | string>(player: Player, read: (ms: number) => T): T {
  return useSyncExternalStore(player.subscribe, () => read(player.now()));
}
