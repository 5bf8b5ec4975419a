import { open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { wavHeader, wavHeaderBytes } from "../engines/speech/wav-bytes.ts";
import { pcmBytesPerSample, pcmSampleRate } from "../shared/speech.ts";

/** Bytes before the samples of a capture. */
export const headerBytes = wavHeaderBytes;
/** What a length says that nobody knows yet; readers of WAV then read to the end. */
const unknownLength = 0xffff_ffff;

const transcribeSettings = z.strictObject({ model: z.string().nullable(), language: z.string() });
export type TranscribeSettings = z.infer<typeof transcribeSettings>;

/** `capture.json`: what a recording is to be that is still being made. */
const captureFile = z.strictObject({
  /** Null: nobody gave it one. */
  name: z.string().nullable(),
  startedAt: z.string(),
  language: z.string(),
  model: z.string().nullable(),
  live: z.boolean(),
  /** Written before the sound leaves the folder: what becomes of it, so that a dead process's work is finished alike. */
  kept: z.strictObject({ file: z.string(), name: z.string(), transcribe: transcribeSettings.nullable() }).nullable(),
});
export type CaptureFile = z.infer<typeof captureFile>;

/** The sound of a capture: a WAV file that the shell appends samples to. */
export function soundPath(folder: string): string {
  return join(folder, "audio.wav");
}

/** Writes the beginning of a WAV file, 16 kHz mono s16le, of a length that is not known yet. */
export async function beginSound(path: string): Promise<void> {
  await writeFile(path, wavHeader(unknownLength), { mode: 0o600, flag: "wx" });
}

/**
 * Writes the length into the header, drops half a sample at the end, and waits until all of it is on the disk.
 * Doing it twice changes nothing.
 */
export async function endSound(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    const bytes = soundBytes((await file.stat()).size);
    await file.truncate(headerBytes + bytes);
    await file.write(wavHeader(bytes), 0, headerBytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Whole samples in a WAV file of ours of this size, in bytes. */
export function soundBytes(fileBytes: number): number {
  const bytes = Math.max(0, fileBytes - headerBytes);
  return bytes - (bytes % pcmBytesPerSample);
}

/** Milliseconds of sound in a WAV file of ours; null when it is not there. */
export async function soundDurationMs(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found === null ? null : (soundBytes(found.size) / pcmBytesPerSample / pcmSampleRate) * 1000;
}

/** What a capture's folder says of it; null for a folder that was never finished being made, or is damaged. */
export async function readCapture(folder: string): Promise<CaptureFile | null> {
  try {
    return captureFile.parse(JSON.parse(await readFile(join(folder, "capture.json"), "utf8")));
  } catch {
    return null;
  }
}

/** Writes it beside and puts it in place, so that it is there whole or as it was. */
export async function writeCapture(folder: string, capture: CaptureFile): Promise<void> {
  const path = join(folder, "capture.json");
  const file = await open(`${path}.part`, "w", 0o600);
  try {
    await file.writeFile(JSON.stringify(capture));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}

/** What people call it: the name it was given, or when it began, in local time. */
export function captureName({ name, startedAt }: CaptureFile): string {
  const [year, month, day, hours, minutes] = localTime(startedAt);
  return name ?? `Recording ${year}-${month}-${day} ${hours}:${minutes}`;
}

/** A file name that every system takes: when it began, in local time, and what is safe of its name. */
export function recordingFileName({ startedAt, name }: CaptureFile, attempt = 1): string {
  const time = localTime(startedAt);
  const words = (name ?? "")
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{M}\p{N} ()_,.'-]+/gu, " ")
    .replaceAll(/\s+/g, " ");
  // Forty letters of any script are at most 160 of the 255 bytes that a name may have.
  const safe = [...words]
    .slice(0, 40)
    .join("")
    .replaceAll(/^[ .]+|[ .]+$/g, "");
  const parts = [time.slice(0, 3).join("-"), time.slice(3).join("-"), safe, attempt > 1 ? `(${attempt})` : ""];
  return `${parts.filter((part) => part !== "").join(" ")}.wav`;
}

/** Year, month, day, hours, minutes, seconds, two digits each but the year. */
function localTime(iso: string): string[] {
  const at = new Date(iso);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds()].map(
    (part) => String(part).padStart(2, "0"),
  );
}
