import { createRequire } from "node:module";
import { decode } from "../text-file.ts";

export interface DecodedText {
  readonly text: string;
  /** As the Encoding Standard of the web calls it, with UTF-8, UTF-16LE, UTF-16BE and Windows-1252 in their usual spelling. */
  readonly encoding: string;
}

/** How much is looked at to guess an encoding. */
const sniffedBytes = 65_536;

/**
 * Decodes by byte order mark; without one as UTF-8; what is not UTF-8 as it declares, as it most probably is (Japanese,
 * Chinese, Korean, Cyrillic and other legacy encodings), or as Windows-1252, which takes any bytes.
 */
export function decodeBytes(bytes: Uint8Array, declared?: string): DecodedText {
  const plain = decode(bytes);
  if (plain.encoding !== "Windows-1252") return plain;
  const head = bytes.subarray(0, sniffedBytes);
  const encoding = known(declared) ?? (isShiftJis(head) ? "shift_jis" : guess(head)) ?? plain.encoding;
  return encoding === plain.encoding ? plain : { text: new TextDecoder(encoding).decode(bytes), encoding };
}

/**
 * True when the bytes make sense as Shift_JIS: statistics need more text than a short list has. Letters of Western
 * languages with accents come out as single Chinese characters between Latin ones; real Japanese stands in runs.
 */
function isShiftJis(bytes: Uint8Array): boolean {
  // The last character may be cut in two.
  const text = new TextDecoder("shift_jis").decode(bytes).replace(/\ufffd$/, "");
  const foreign = text.match(/\P{ASCII}/gu)?.length ?? 0;
  const inRuns = (text.match(/[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff60]{2,}/g) ?? []).join("").length;
  return foreign > 0 && inRuns >= 0.9 * foreign;
}

/**
 * Statistics over letters and pairs of bytes, for text that is mostly written in other letters than ours. With few
 * accents between ASCII letters they mislead, and Windows-1252 is right nearly always.
 */
function guess(bytes: Uint8Array): string | undefined {
  const latin = bytes.filter((byte) => (byte | 32) >= 97 && (byte | 32) <= 122 && byte < 128).length;
  const high = bytes.filter((byte) => byte >= 128).length;
  if (high <= latin) return undefined;
  // Loaded when it is needed, so that reading a UTF-8 file does not pay for it.
  const chardet = createRequire(import.meta.url)("chardet") as typeof import("chardet");
  return known(chardet.analyse(bytes).find((match) => match.confidence > 0 && match.name !== "ASCII")?.name);
}

/** The label when this Node can decode it, other than UTF-8, which it has been found not to be. */
function known(label: string | undefined): string | undefined {
  if (label === undefined || /^utf-?8$/i.test(label)) return undefined;
  try {
    new TextDecoder(label).decode();
    return label;
  } catch {
    return undefined;
  }
}
