/** What a file is by its first bytes. `ffmpeg`: known, but decoded by an outside program. */
export type SniffedFormat =
  | { readonly kind: "wav" | "mp3" | "flac" | "ogg-opus" | "ogg-vorbis" | "ogg-flac" }
  | { readonly kind: "ffmpeg"; readonly name: string }
  | { readonly kind: "text" }
  | { readonly kind: "unknown" };

/** How many first bytes `sniffFormat` wants; fewer are enough for a short file. */
export const sniffBytes = 4096;

/**
 * Tells the format by magic bytes, never by the name. Sources: RFC 2361 and EBU Tech 3306 (RIFF, RF64), ISO/IEC 11172-3
 * (MPEG audio frame header), id3.org (ID3v2), RFC 3533 and 7845 (Ogg, Opus), RFC 9639 (FLAC), ISO/IEC 14496-12 (ftyp),
 * RFC 8794 (EBML).
 */
export function sniffFormat(head: Uint8Array): SniffedFormat {
  const at = (offset: number, text: string) => ascii(head, offset, text.length) === text;
  if ((at(0, "RIFF") || at(0, "RF64") || at(0, "BW64")) && at(8, "WAVE")) return { kind: "wav" };
  if (at(0, "fLaC")) return { kind: "flac" };
  if (at(0, "OggS")) return sniffOgg(head);
  if (at(4, "ftyp") || at(4, "moov") || at(4, "mdat")) return { kind: "ffmpeg", name: "MP4" };
  if (head[0] === 0x1a && head[1] === 0x45 && head[2] === 0xdf && head[3] === 0xa3) {
    return { kind: "ffmpeg", name: "WebM or Matroska" };
  }
  if (head[0] === 0x30 && head[1] === 0x26 && head[2] === 0xb2 && head[3] === 0x75) {
    return { kind: "ffmpeg", name: "Windows Media" };
  }
  if (at(0, "FORM") && (at(8, "AIFF") || at(8, "AIFC"))) return { kind: "ffmpeg", name: "AIFF" };
  if (at(0, "#!AMR")) return { kind: "ffmpeg", name: "AMR" };
  if (at(0, "caff")) return { kind: "ffmpeg", name: "Core Audio" };
  if (at(0, ".snd")) return { kind: "ffmpeg", name: "Sun audio" };
  if (at(0, "RIFF") && at(8, "AVI ")) return { kind: "ffmpeg", name: "AVI" };
  if (at(0, "wvpk")) return { kind: "ffmpeg", name: "WavPack" };
  if (at(0, "MAC ")) return { kind: "ffmpeg", name: "Monkey's Audio" };
  if (at(0, "ID3")) return afterId3(head);
  if (isAdts(head)) return { kind: "ffmpeg", name: "AAC" };
  if (isMpegFrame(head, 0)) return { kind: "mp3" };
  return looksLikeText(head) ? { kind: "text" } : { kind: "unknown" };
}

/** The length of an ID3v2 tag at the start, with its header; 0 without one. */
export function id3Length(head: Uint8Array): number {
  if (head.length < 10 || ascii(head, 0, 3) !== "ID3") return 0;
  const size = [6, 7, 8, 9].reduce((sum, index) => sum * 128 + ((head[index] ?? 0) & 0x7f), 0);
  return 10 + size + (((head[5] ?? 0) & 0x10) === 0 ? 0 : 10);
}

function afterId3(head: Uint8Array): SniffedFormat {
  const start = id3Length(head);
  if (ascii(head, start, 4) === "fLaC") return { kind: "flac" };
  if (start < head.length && isAdts(head.subarray(start))) return { kind: "ffmpeg", name: "AAC" };
  return { kind: "mp3" };
}

function sniffOgg(head: Uint8Array): SniffedFormat {
  // The first packet begins after the page header: 27 bytes and one byte per lacing value.
  const body = 27 + (head[26] ?? 0);
  if (ascii(head, body, 8) === "OpusHead") return { kind: "ogg-opus" };
  if (ascii(head, body + 1, 6) === "vorbis") return { kind: "ogg-vorbis" };
  if (ascii(head, body + 1, 4) === "FLAC") return { kind: "ogg-flac" };
  return { kind: "ffmpeg", name: "Ogg" };
}

/** Layer bits of zero under an MPEG sync word are AAC in ADTS. */
function isAdts(head: Uint8Array): boolean {
  return head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0;
}

/** True for a valid MPEG audio frame header: sync, version, layer, bit rate and sample rate all in range. */
export function isMpegFrame(bytes: Uint8Array, offset: number): boolean {
  const second = bytes[offset + 1] ?? 0;
  const third = bytes[offset + 2] ?? 0xff;
  return (
    bytes[offset] === 0xff &&
    (second & 0xe0) === 0xe0 &&
    (second & 0x18) !== 0x08 &&
    (second & 0x06) !== 0 &&
    (third & 0xf0) !== 0xf0 &&
    (third & 0x0c) !== 0x0c
  );
}

function looksLikeText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  const letters = [...new TextDecoder("utf-8").decode(head.subarray(0, 1024))];
  return letters.filter(isOdd).length <= letters.length / 100;
}

/** Control characters other than white space, and what is not UTF-8. */
function isOdd(letter: string): boolean {
  const code = letter.codePointAt(0) ?? 0;
  return code < 9 || (code > 13 && code < 32) || code === 0xfffd;
}

function ascii(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}
