/** How a PIN is kept: scrypt (RFC 7914), with its costs beside it. */
export interface PinLine {
  /** Cost: memory is 128·N·r bytes. A power of two. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
  /** Base64. */
  readonly salt: string;
  readonly hash: string;
}

/** What `indoors kiosk pin` uses: 64 MiB and, on a small machine, about a quarter of a second for each try. */
export const pinCosts = { N: 65_536, r: 8, p: 1 } as const;
export const pinSaltBytes = 16;
export const pinHashBytes = 32;
/** Digits and letters of a PIN: fewer are guessed by hand, more do not fit through the window. */
export const shortestPin = 6;
export const longestPin = 64;

const leastMemory = 2 ** 24;
const mostMemory = 2 ** 28;

/** As it stands in kiosk.json: `scrypt$N$r$p$salt$hash`. */
export function formatPinLine({ N, r, p, salt, hash }: PinLine): string {
  return ["scrypt", N, r, p, salt, hash].join("$");
}

/** Reads such a line. Null when it is none, or so cheap that it protects nothing, or so dear that it stops the machine. */
export function parsePinLine(line: string): PinLine | null {
  const parts = /^scrypt\$(\d{1,10})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})$/.exec(line);
  if (parts === null) return null;
  const [N, r, p] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const [salt = "", hash = ""] = [parts[4], parts[5]];
  const memory = 128 * N * r;
  const isPower = N > 1 && (N & (N - 1)) === 0;
  if (!isPower || r < 1 || p < 1 || p > 16 || memory < leastMemory || memory > mostMemory) return null;
  if (bytesOf(salt) < pinSaltBytes || bytesOf(hash) < pinHashBytes || bytesOf(hash) > 64) return null;
  return { N, r, p, salt, hash };
}

function bytesOf(base64: string): number {
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}
