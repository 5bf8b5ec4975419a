import { spawn } from "node:child_process";
import { pcmSampleRate } from "../../shared/speech.ts";
import { IndoorsError } from "../../shared/errors.ts";
import type { AudioSource } from "./audio-source.ts";
import { sampleReader } from "./sample-reader.ts";

/** What the system's ffmpeg is given. A list, never a shell; only local files, so a playlist inside cannot reach out. */
export function ffmpegArguments(path: string): string[] {
  return [
    ...["-nostdin", "-hide_banner", "-v", "error"],
    ...["-protocol_whitelist", "file", "-i", `file:${path}`],
    ...["-map", "0:a:0", "-vn", "-sn", "-dn"],
    ...["-ac", "1", "-ar", String(pcmSampleRate), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"],
  ];
}

/**
 * Decodes what has no decoder of ours through the system's ffmpeg, straight to 16 kHz mono. The process is killed when
 * the reader stops or `signal` fires.
 * @throws IndoorsError `audio.decoder-missing` when ffmpeg cannot be started.
 */
export async function* ffmpegSource(ffmpegPath: string, path: string, signal: AbortSignal): AudioSource {
  const child = spawn(ffmpegPath, ffmpegArguments(path), { stdio: ["ignore", "pipe", "pipe"], env: {} });
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  ended.catch(() => {});
  const read = sampleReader("int16", 1);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames = bytes.length >> 1;
      rest = bytes.subarray(frames * 2);
      if (frames > 0) yield { sampleRate: pcmSampleRate, channels: read(bytes, frames) };
    }
    const code = await ended.catch(() => {
      throw new IndoorsError("audio.decoder-missing", "the ffmpeg that is set up cannot be started", {
        needs: "ffmpeg",
      });
    });
    signal.throwIfAborted();
    return code === 0 && complaint === ""
      ? null
      : `ffmpeg reports: ${lastLine(complaint, path) || `exit status ${code}`}`;
  } finally {
    signal.removeEventListener("abort", kill);
    kill();
  }
}

function lastLine(text: string, path: string): string {
  const line = text.trim().split("\n").at(-1) ?? "";
  return line.replaceAll(`file:${path}`, "the file").replace(/^\[[^\]]*\]\s*/u, "");
}
