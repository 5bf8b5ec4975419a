import { bytesInWords, durationInWords } from "./in-words.mjs";

/**
 * How set-up speaks to people: whole lines, and one bar that is drawn over itself.
 * @typedef {object} Talk
 * @property {(line: string) => void} say a line that stays
 * @property {(title: string, done: number, total: number) => void} progress bytes; `total` may be an estimate
 * @property {() => void} endProgress takes the bar away
 */

/**
 * Speaks on a stream. On a terminal there is a progress bar, anywhere else (a log, CI) only lines.
 * @param {NodeJS.WritableStream & { isTTY?: boolean, columns?: number }} stream
 * @returns {Talk}
 */
export function talkOn(stream) {
  const isTerminal = stream.isTTY === true;
  let title = "";
  let startedAt = 0;
  let drawnAt = 0;
  let drawn = false;
  const clear = () => {
    if (drawn) stream.write("\r\u001B[K");
    drawn = false;
  };
  return {
    say(line) {
      clear();
      stream.write(`${line}\n`);
    },
    progress(newTitle, done, total) {
      if (!isTerminal) return;
      const now = Date.now();
      if (newTitle !== title) {
        title = newTitle;
        startedAt = now;
      } else if (now - drawnAt < 100) return;
      drawnAt = now;
      clear();
      stream.write(bar(title, done, total, now - startedAt).slice(0, (stream.columns || 80) - 1));
      drawn = true;
    },
    endProgress: clear,
  };
}

/** @type {Talk} */
export const silence = { say() {}, progress() {}, endProgress() {} };

/**
 * One line: title, bar, share, size, time left.
 * @param {string} title
 * @param {number} done
 * @param {number} total
 * @param {number} elapsedMs since the first call for this title
 */
export function bar(title, done, total, elapsedMs) {
  const share = total > 0 ? Math.min(done / total, 1) : 0;
  const filled = Math.round(share * 24);
  const percent = String(Math.floor(share * 100)).padStart(3);
  // The first moments say nothing about the speed.
  const isKnown = elapsedMs > 2000 && share > 0.01 && share < 1;
  const left = isKnown ? `, ${durationInWords((elapsedMs * (1 - share)) / share)} left` : "";
  return `  ${title} [${"#".repeat(filled)}${".".repeat(24 - filled)}] ${percent}% ${bytesInWords(done)}${left}`;
}
