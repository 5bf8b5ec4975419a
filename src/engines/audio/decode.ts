import { open, rename, rm } from "node:fs/promises";
import { basename } from "node:path";
import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import { PcmEncoder } from "../../shared/pcm-encoder.ts";
import { pcmBytesPerSample, pcmSampleRate } from "../../shared/speech.ts";
import type { AudioSource, OpenSource } from "./audio-source.ts";
import { ffmpegSource } from "./ffmpeg-source.ts";
import { flacSource } from "./flac-source.ts";
import { mp3Source } from "./mp3-source.ts";
import { oggFlacSource, oggOpusSource, oggVorbisSource } from "./ogg-source.ts";
import { type OpenFile, openFile } from "./open-file.ts";
import { sniffBytes, sniffFormat } from "./sniff-format.ts";
import { wavSource } from "./wav-source.ts";

export interface DecodeRequest {
  readonly path: string;
  readonly pcmPath: string;
  readonly ffmpegPath: string | null;
}

export interface DecodeResult {
  readonly format: string;
  readonly durationMs: number;
  readonly sourceSampleRate: number;
  readonly sourceChannels: number;
  /** What is wrong with the file although it was decoded, a sentence; null when it was whole. */
  readonly notice: string | null;
}

const sources: Readonly<Record<string, OpenSource>> = {
  wav: wavSource,
  mp3: mp3Source,
  flac: flacSource,
  "ogg-opus": oggOpusSource,
  "ogg-vorbis": oggVorbisSource,
  "ogg-flac": oggFlacSource,
};

/** What the desktop decodes, with the decoders of Chromium. */
const desktopReads: ReadonlySet<string> = new Set(["MP4", "WebM or Matroska"]);

/** A damaged file of which at least this much could be decoded is kept, with a notice. */
const worthKeepingSamples = pcmSampleRate;

/**
 * Decodes a recording to 16 kHz mono s16le at `pcmPath`, in flat memory: written beside it and renamed when complete.
 * Channels are averaged.
 * @param onProgress Bytes of the file read so far, and its size. Formats that ffmpeg reads are told of at the end only.
 * @throws IndoorsError `file.unreadable`, `audio.undecodable`, `audio.decoder-missing`, `cancelled`. No file is left then.
 */
export async function decode(
  request: DecodeRequest,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<DecodeResult> {
  const file: OpenFile = await openFile(request.path, (position) => onProgress(position, file.size));
  const part = `${request.pcmPath}.part`;
  try {
    const { format, source } = await chooseSource(file, request, signal);
    const written = await writePcm(source, part, signal);
    const seconds = written.samples / pcmSampleRate;
    const name = basename(request.path);
    if (written.samples === 0 || (written.damage !== null && written.samples < worthKeepingSamples)) {
      throw new IndoorsError(
        "audio.undecodable",
        written.damage === null
          ? `Decoding failed: ${name}. It holds no sound. Record or export it again.`
          : `Decoding failed: ${name}. It is damaged: ${written.damage}. Copy it again from where it was recorded.`,
      );
    }
    throwIfCancelled(signal);
    await rename(part, request.pcmPath);
    onProgress(file.size, file.size);
    return {
      format,
      durationMs: (written.samples * 1000) / pcmSampleRate,
      sourceSampleRate: written.sampleRate,
      sourceChannels: written.channels,
      notice:
        written.damage === null
          ? null
          : `${name} is not whole: ${written.damage}. The ${seconds.toFixed(1)} s that could be read are used.`,
    };
  } catch (thrown) {
    await rm(part, { force: true });
    throw signal.aborted ? new IndoorsError("cancelled") : named(thrown, request.path);
  } finally {
    await file.close();
  }
}

/** Sources throw a clause; the reader needs the file's name and a way on. */
function named(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof IndoorsError) || thrown.message.includes(". ")) return thrown;
  const remedy =
    thrown.code === "audio.decoder-missing" ? "Check the path of ffmpeg" : "Export it again as WAV, MP3, FLAC or Opus";
  return new IndoorsError(
    thrown.code,
    `Decoding failed: ${basename(path)}. The reason: ${thrown.message}. ${remedy}.`,
    thrown.data,
  );
}

async function chooseSource(
  file: OpenFile,
  { path, ffmpegPath }: DecodeRequest,
  signal: AbortSignal,
): Promise<{ format: string; source: AudioSource }> {
  const name = basename(path);
  if (file.size === 0) {
    throw new IndoorsError(
      "audio.undecodable",
      `Decoding failed: ${name}. The file is empty. Copy it again from where it was recorded.`,
    );
  }
  const sniffed = sniffFormat(await file.read(0, sniffBytes));
  const openSource = sources[sniffed.kind];
  if (openSource !== undefined) return { format: sniffed.kind, source: openSource(file, signal) };
  if (sniffed.kind === "ffmpeg") {
    if (ffmpegPath === null) {
      const desktop = desktopReads.has(sniffed.name);
      throw new IndoorsError(
        "audio.decoder-missing",
        `Decoding failed: ${name}. It is ${sniffed.name}, and reading that needs ffmpeg, which is not on this machine. Install ffmpeg, ${desktop ? "open it in the Indoors desktop, which reads it without, " : ""}or export the recording as WAV, MP3, FLAC or Opus.`,
        { needs: "ffmpeg", desktop },
      );
    }
    return { format: sniffed.name, source: ffmpegSource(ffmpegPath, path, signal) };
  }
  throw new IndoorsError(
    "audio.undecodable",
    sniffed.kind === "text"
      ? `Decoding failed: ${name}. It is text, not sound, whatever its name says. Choose the recording itself.`
      : `Decoding failed: ${name}. It is no sound format that is known; raw samples without a header are not accepted. Export it as WAV, MP3, FLAC or Opus.`,
  );
}

interface Written {
  readonly samples: number;
  readonly sampleRate: number;
  readonly channels: number;
  readonly damage: string | null;
}

async function writePcm(source: AudioSource, path: string, signal: AbortSignal): Promise<Written> {
  const output = await open(path, "w", 0o600);
  let samples = 0;
  let sampleRate = 0;
  let channels = 0;
  const encoder = new PcmEncoder();
  const write = async (bytes: Uint8Array) => {
    for (let offset = 0; offset < bytes.length;) offset += (await output.write(bytes, offset)).bytesWritten;
    samples += bytes.length / pcmBytesPerSample;
  };
  try {
    for (let next = await source.next(); ; next = await source.next()) {
      throwIfCancelled(signal);
      if (next.done === true) {
        await write(encoder.flush());
        return { samples, sampleRate, channels, damage: next.value };
      }
      if (next.value.sampleRate !== sampleRate) {
        sampleRate = next.value.sampleRate;
        channels = next.value.channels.length;
      }
      await write(encoder.push(next.value.sampleRate, next.value.channels));
    }
  } finally {
    await source.return(null);
    await output.close();
  }
}
