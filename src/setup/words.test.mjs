import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { bytesInWords, durationInWords } from "./in-words.mjs";
import { bar, talkOn } from "./talk.mjs";

describe("in words", () => {
  it("durations", () => {
    expect([0, 400, 9940, 9960, 59_499, 59_600, 60_000, 61_000, 185_000].map(durationInWords)).toEqual([
      "0.0 seconds",
      "0.4 seconds",
      "9.9 seconds",
      "10 seconds",
      "59 seconds",
      "1 minute",
      "1 minute",
      "1 minute 1 second",
      "3 minutes 5 seconds",
    ]);
  });

  it("sizes", () => {
    expect([1, 999, 960_078, 999_600, 2_327_524, 147_964_211, 999_600_000].map(bytesInWords)).toEqual([
      "1 byte",
      "999 bytes",
      "960 kB",
      "1.0 MB",
      "2.3 MB",
      "148 MB",
      "1.0 GB",
    ]);
  });
});

/**
 * What a short conversation writes.
 * @param {boolean} isTTY
 */
function speak(isTTY) {
  let written = "";
  const sink = new Writable({
    write(chunk, _, done) {
      written += String(chunk);
      done();
    },
  });
  const talk = talkOn(Object.assign(sink, { isTTY, columns: 40 }));
  talk.progress("a", 10, 100);
  talk.say("a line");
  talk.progress("b", 10, 100);
  talk.endProgress();
  return written;
}

describe("the progress bar", () => {
  it("shows share, size and, once the speed is known, the time left", () => {
    expect(bar("base.en: download", 37_000_000, 148_000_000, 5000)).toBe(
      "  base.en: download [######..................]  25% 37 MB, 15 seconds left",
    );
    expect(bar("x", 1, 100, 100)).not.toContain("left");
    expect(bar("x", 200, 100, 5000)).toContain("100%");
    expect(bar("x", 0, 0, 5000)).toContain("  0%");
  });

  it("is drawn over itself on a terminal, gives way to lines, and is not there in a log", () => {
    expect(speak(false)).toBe("a line\n");
    const drawn = speak(true);
    expect(drawn).toContain("\r\u001B[Ka line\n");
    expect(drawn.endsWith("\r\u001B[K")).toBe(true);
    expect(drawn.split(/[\r\n]/).every((line) => line.length < 45)).toBe(true);
  });
});
