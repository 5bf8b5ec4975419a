import { scrypt, timingSafeEqual } from "node:crypto";
import { IndoorsError } from "../shared/errors.ts";
import { parsePinLine, type PinLine } from "../shared/kiosk-pin.ts";

/** After wrong tries nothing counts for 1, 2, 4 … at most 60 seconds. */
const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/** What a try gave. `waitMs`: so long no further try counts. */
export interface PinTry {
  readonly right: boolean;
  readonly waitMs: number;
  /** Whether the PIN was looked at. */
  readonly counted: boolean;
}

/** Checks PINs for as long as the program runs: a page that is loaded again finds the same wait. */
export class PinLock {
  readonly #line: PinLine;
  readonly #now: () => number;
  #wrongTries = 0;
  #closedUntil = 0;
  #checking = false;

  /** @param line As in kiosk.json. @param now Milliseconds of a clock that never goes back. */
  constructor(line: string, now: () => number = () => performance.now()) {
    const parsed = parsePinLine(line);
    if (parsed === null) throw new IndoorsError("input.invalid", "The PIN's line cannot be read.");
    this.#line = parsed;
    this.#now = now;
  }

  /** A try that comes while another is checked, or while it waits, is not looked at and costs nothing. */
  async try(pin: string): Promise<PinTry> {
    if (this.#checking) return { right: false, waitMs: firstWaitMs, counted: false };
    const left = this.#closedUntil - this.#now();
    if (left > 0) return { right: false, waitMs: left, counted: false };
    this.#checking = true;
    try {
      if (await matches(pin, this.#line)) {
        this.#wrongTries = 0;
        return { right: true, waitMs: 0, counted: true };
      }
      const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** this.#wrongTries);
      this.#wrongTries++;
      this.#closedUntil = this.#now() + waitMs;
      return { right: false, waitMs, counted: true };
    } finally {
      this.#checking = false;
    }
  }
}

/** In a thread of its own, so that nothing waits for it; the comparison takes the same time wherever they differ. */
async function matches(pin: string, { N, r, p, salt, hash }: PinLine): Promise<boolean> {
  const wanted = Buffer.from(hash, "base64");
  const found = await new Promise<Buffer>((resolve, reject) => {
    const options = { N, r, p, maxmem: 256 * N * r * p };
    scrypt(pin.normalize("NFKC"), Buffer.from(salt, "base64"), wanted.length, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
  return timingSafeEqual(found, wanted);
}
