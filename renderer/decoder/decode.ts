import {
  ADTS,
  type AudioSample,
  AudioSampleSink,
  CustomSource,
  Input,
  type InputAudioTrack,
  MATROSKA,
  MP4,
  MPEG_TS,
  QTFF,
  WEBM,
} from "mediabunny";
import { decoderBlockBytes } from "../../src/shared/decoder-contract.ts";
import { IndoorsError } from "../../src/shared/errors.ts";
import { PcmEncoder } from "../../src/shared/pcm-encoder.ts";
import { pcmBytesPerSample, pcmSampleRate } from "../../src/shared/speech.ts";

/** The one file, and where its samples go. */
export interface DecoderFile {
  readonly bytes: number;
  /** At most `decoderBlockBytes` at once. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** 16 kHz mono s16le. Resolves when they are on disk. */
  write(samples: Uint8Array<ArrayBuffer>): Promise<void>;
  /** From 0 to 1, told with what is written. */
  progress(share: number): void;
}

/** A hole in the timestamps that is longer becomes silence; shorter ones are the rounding of containers. */
const holeSeconds = 0.05;
/** What is read ahead and kept of the file. */
const cacheBytes = 4 * 1024 * 1024;
/** Behind a place that cannot be decoded it goes on so much later, and tries so many times in all. */
const stepOverSeconds = 0.1;
const mostFaults = 100;
/** A file that ends so much earlier than it says is not whole. */
const missingSeconds = 1;
/** A message per decoded packet would cost more than the decoding: so many seconds go together. */
const writtenAtOnceSeconds = 2;

/**
 * Decodes a file's sound with what Chromium has. Memory does not grow with its length: what is not yet written holds
 * back what is decoded.
 * @throws IndoorsError `audio.undecodable` with one clause, `cancelled`
 */
export async function decode(
  file: DecoderFile,
  signal: AbortSignal,
): Promise<{ readonly format: string; readonly damage: string | null }> {
  let readTo = 0;
  const input = new Input({
    formats: [MP4, QTFF, WEBM, MATROSKA, ADTS, MPEG_TS],
    source: new CustomSource({
      getSize: () => file.bytes,
      read: (start, end) => {
        readTo = end;
        return readAll(file, start, end);
      },
      maxCacheSize: cacheBytes,
      prefetchProfile: "fileSystem",
      handleUnhandledError: () => {},
    }),
  });
  const stop = () => input.dispose();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const { track, format, startSeconds, endSeconds } = await findTrack(input);
    const readShare = () => readTo / file.bytes;
    const damage = await writeSamples(file, track, startSeconds, endSeconds, readShare, signal);
    file.progress(1);
    return { format, damage };
  } catch (thrown) {
    if (signal.aborted) throw new IndoorsError("cancelled");
    throw thrown instanceof IndoorsError ? thrown : undecodable(reasonOf(thrown));
  } finally {
    signal.removeEventListener("abort", stop);
    input.dispose();
  }
}

async function findTrack(input: Input): Promise<{
  readonly track: InputAudioTrack;
  readonly format: string;
  readonly startSeconds: number;
  readonly endSeconds: number | null;
}> {
  if (!(await input.canRead())) throw undecodable("it is damaged, or of a kind that is not decoded here");
  const container = (await input.getFormat()).name;
  const track = await input.getPrimaryAudioTrack();
  if ((await input.getTracks()).length === 0) {
    throw undecodable("it is damaged or not whole: it does not say what is in it");
  }
  if (track === null) throw undecodable("it holds no sound");
  const codec = (await track.getCodec()) ?? (await track.getInternalCodecId());
  if (!(await track.canDecode()))
    throw undecodable(`its sound is coded as ${nameOf(codec)}, which is not decoded here`);
  return {
    track,
    format: `${container}, ${nameOf(codec)}`,
    // A file may begin late: players begin with it, so its first moment is ours. Before 0 lies what a coder needs to start.
    startSeconds: Math.max(0, await input.getFirstTimestamp()),
    endSeconds: await track.getDurationFromMetadata(),
  };
}

/** Writes every sample in its place in time. Says what is wrong with the file when it could be decoded in part. */
async function writeSamples(
  file: DecoderFile,
  track: InputAudioTrack,
  startSeconds: number,
  endSeconds: number | null,
  readShare: () => number,
  signal: AbortSignal,
): Promise<string | null> {
  const writer = new Writer(file);
  const length = endSeconds === null ? null : endSeconds - startSeconds;
  let firstFault: unknown;
  let faults = 0;
  let stepSeconds = stepOverSeconds;
  for (let from = 0, whole = false; !whole;) {
    const begun = writer.seconds;
    try {
      await writeFrom(from + startSeconds);
      whole = true;
    } catch (thrown) {
      if (signal.aborted || thrown instanceof IndoorsError) throw thrown;
      firstFault ??= thrown;
      // A decoder that failed is closed: a new one begins behind the place, and further behind when that fails, too.
      stepSeconds = writer.seconds > begun ? stepOverSeconds : stepSeconds * 2;
      from = Math.max(from, writer.seconds) + stepSeconds;
      if (++faults > mostFaults || length === null || from >= length) break;
    }
  }
  await writer.end();
  if (length !== null && writer.seconds < length - missingSeconds)
    return "the data ends before the length in its header";
  return firstFault === undefined ? null : `${faults} of its parts cannot be read (${wordsOf(firstFault)})`;

  async function writeFrom(startAt: number): Promise<void> {
    // Without a beginning the sink gives what lies before 0, too: it is cut off below.
    for await (using sample of new AudioSampleSink(track).samples(startAt > startSeconds ? startAt : undefined)) {
      signal.throwIfAborted();
      const at = sample.timestamp - startSeconds;
      if (at + sample.duration <= writer.seconds - holeSeconds) continue;
      if (at > writer.seconds + holeSeconds) await writer.silence(at - writer.seconds, sample.sampleRate);
      // What lies before the beginning is not part of the recording.
      const early = Math.min(sample.numberOfFrames, Math.max(0, Math.round(-at * sample.sampleRate)));
      if (!(await writer.write(channelsOf(sample, early), sample.sampleRate))) continue;
      file.progress(Math.min(1, length === null || length <= 0 ? readShare() : writer.seconds / length));
    }
  }
}

/** Gathers decoded sound and hands it on in larger pieces. */
class Writer {
  readonly #file: DecoderFile;
  readonly #encoder = new PcmEncoder();
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Seconds of sound taken. */
  seconds = 0;

  constructor(file: DecoderFile) {
    this.#file = file;
  }

  /** Whether it was the one that made a piece full. */
  async write(channels: readonly Float32Array[], sampleRate: number): Promise<boolean> {
    const frames = channels[0]?.length ?? 0;
    if (frames === 0) return false;
    this.seconds += frames / sampleRate;
    this.#hold(this.#encoder.push(sampleRate, channels));
    if (this.#heldBytes < writtenAtOnceSeconds * pcmSampleRate * pcmBytesPerSample) return false;
    await this.#send();
    return true;
  }

  async silence(seconds: number, sampleRate: number): Promise<void> {
    for (let left = Math.round(seconds * sampleRate); left > 0;) {
      const frames = Math.min(left, sampleRate);
      await this.write([new Float32Array(frames)], sampleRate);
      left -= frames;
    }
  }

  async end(): Promise<void> {
    this.#hold(this.#encoder.flush());
    await this.#send();
  }

  #hold(bytes: Uint8Array): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  async #send(): Promise<void> {
    const all = new Uint8Array(this.#heldBytes);
    let offset = 0;
    for (const bytes of this.#held) {
      all.set(bytes, offset);
      offset += bytes.length;
    }
    this.#held = [];
    this.#heldBytes = 0;
    for (let start = 0; start < all.length; start += decoderBlockBytes) {
      await this.#file.write(all.slice(start, start + decoderBlockBytes));
    }
  }
}

/** One array per channel, without the first `skip` frames. */
function channelsOf(sample: AudioSample, skip: number): Float32Array[] {
  if (skip >= sample.numberOfFrames) return [];
  return Array.from({ length: sample.numberOfChannels }, (_, planeIndex) => {
    const samples = new Float32Array(sample.numberOfFrames - skip);
    sample.copyTo(samples, { planeIndex, format: "f32-planar", frameOffset: skip });
    return samples;
  });
}

async function readAll(file: DecoderFile, start: number, end: number): Promise<Uint8Array> {
  const all = new Uint8Array(end - start);
  for (let at = start; at < end; at += decoderBlockBytes) {
    all.set(await file.read(at, Math.min(end, at + decoderBlockBytes)), at - start);
  }
  return all;
}

function nameOf(codec: string | number | Uint8Array | null): string {
  if (codec instanceof Uint8Array || codec === null) return "something unknown";
  // The name comes out of the file.
  return String(codec)
    .replaceAll(/[^\w.-]/g, "")
    .slice(0, 40);
}

function undecodable(reason: string): IndoorsError {
  return new IndoorsError("audio.undecodable", reason);
}

/** One clause from whatever a demuxer or decoder threw. */
function reasonOf(thrown: unknown): string {
  return `its data cannot be read (${wordsOf(thrown)})`;
}

function wordsOf(thrown: unknown): string {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  const line = words.split("\n")[0]?.replace(/\.\s*$/, "") ?? "";
  return line === "" ? "no reason is known" : line.slice(0, 200);
}
