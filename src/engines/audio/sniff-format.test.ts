import { describe, expect, it } from "vitest";
import { id3Length, sniffFormat } from "./sniff-format.ts";

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));
const page = (packet: string) =>
  bytes(
    "OggS",
    Array.from({ length: 22 }, () => 0),
    [1, packet.length],
    packet,
  );

describe("sniffFormat", () => {
  it.each([
    ["wav", bytes("RIFF", [0, 0, 0, 0], "WAVEfmt ")],
    ["wav", bytes("RF64", [255, 255, 255, 255], "WAVEds64")],
    ["flac", bytes("fLaC", [0, 0, 0, 34])],
    ["flac", bytes("ID3", [4, 0, 0, 0, 0, 0, 2], [0, 0], "fLaC")],
    ["mp3", bytes("ID3", [4, 0, 0, 0, 0, 0, 2], [0, 0, 0xff, 0xfb, 0x90, 0])],
    ["mp3", bytes([0xff, 0xfb, 0x90, 0x64])],
    ["mp3", bytes([0xff, 0xf3, 0x40, 0xc4])],
    ["ogg-opus", page("OpusHead\x01\x01")],
    ["ogg-vorbis", page("\x01vorbis")],
    ["ogg-flac", page("\x7fFLAC")],
    ["ffmpeg", page("Speex   ")],
    ["ffmpeg", bytes([0, 0, 0, 32], "ftypM4A ")],
    ["ffmpeg", bytes([0x1a, 0x45, 0xdf, 0xa3])],
    ["ffmpeg", bytes([0xff, 0xf1, 0x50, 0x80])],
    ["text", bytes("Dear Sir or Madam,\nthis is not a recording.\n")],
    ["unknown", bytes([0, 1, 2, 3, 0, 9, 0, 200, 0, 201, 0, 202])],
  ])("finds %s", (kind, head) => {
    expect(sniffFormat(head).kind).toBe(kind);
  });

  it("does not take letters beyond ASCII for sound", () => {
    expect(sniffFormat(Buffer.from("Größe, naïve, 東京\n".repeat(40))).kind).toBe("text");
  });

  it("counts the length of a tag in seven-bit bytes, with its footer", () => {
    expect(id3Length(bytes("ID3", [3, 0, 0, 0, 0, 1, 2]))).toBe(10 + 130);
    expect(id3Length(bytes("ID3", [4, 0, 0x10, 0, 0, 1, 2]))).toBe(10 + 130 + 10);
    expect(id3Length(bytes("RIFF", [0, 0, 0, 0, 0, 0, 0]))).toBe(0);
  });
});
