import type { Page } from "playwright-core";

/** What the page drew between two looks. Milliseconds. */
export interface FrameGaps {
  readonly frames: number;
  /** The longest time without a frame: so long the window stood still before the person. */
  readonly longestMs: number;
}

/** Counts the frames that the page draws, from now on. */
export interface FrameWatch {
  /** What was drawn since the last look, up to now. */
  take(): Promise<FrameGaps>;
}

const begin = `(() => {
  const seen = { last: performance.now(), frames: 0, longestMs: 0 };
  const look = () => {
    const now = performance.now();
    seen.longestMs = Math.max(seen.longestMs, now - seen.last);
    seen.last = now;
  };
  const step = () => {
    look();
    seen.frames += 1;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  globalThis.takeFrameGaps = () => {
    look();
    const { frames, longestMs } = seen;
    seen.frames = 0;
    seen.longestMs = 0;
    return { frames, longestMs };
  };
})()`;

/** Begins to count. It goes on until the page is left. */
export async function watchFrames(page: Page): Promise<FrameWatch> {
  await page.evaluate(begin);
  return { take: async () => (await page.evaluate("takeFrameGaps()")) as FrameGaps };
}
