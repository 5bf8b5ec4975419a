import { lstat, rm } from "node:fs/promises";
import { basename } from "node:path";
import type { Client } from "../shared/contract.ts";
import type { desktopContract } from "../shared/desktop-contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import { showHidden } from "../shared/show-hidden.ts";
import { pcmBytesPerSample, pcmSampleRate } from "../shared/speech.ts";
import type { DecodedAudio } from "../speech/ports.ts";

/** What a decoding gave: besides the sound, what the file is and what was wrong with it although it was decoded. */
export interface DecodedFile extends DecodedAudio {
  readonly format: string;
  readonly notice: string | null;
}

/** The decoders of the desktop's Chromium: they read m4a, mp4, webm and mov. */
export interface DesktopDecoder {
  /** @throws IndoorsError `audio.undecodable`, `cancelled`, `channel.closed` when the desktop is gone. */
  decode(path: string, pcmPath: string, signal: AbortSignal, onProgress: (share: number) => void): Promise<DecodedFile>;
}

/** Longest text that is taken from the window: it read a file that nobody vouches for. */
const longestText = 300;

/** The decoders behind a connection to the shell. What they wrote is looked at, and what they say is taken as text. */
export function desktopDecoder(shell: Client<typeof desktopContract>): DesktopDecoder {
  return {
    async decode(path, pcmPath, signal, onProgress) {
      const stop = shell.on("decode.progress", (told) => {
        if (told.path === path) onProgress(Math.min(1, Math.max(0, told.share)));
      });
      try {
        const { format, notice } = await shell.call("decode", { path, pcmPath }, { signal });
        return {
          pcmPath,
          durationMs: await pcmDuration(pcmPath, path),
          format: plain(format),
          notice: notice === null ? null : plain(notice),
        };
      } catch (thrown) {
        await rm(pcmPath, { force: true });
        throw thrown;
      } finally {
        stop();
      }
    },
  };
}

async function pcmDuration(pcmPath: string, path: string): Promise<number> {
  const written = await lstat(pcmPath).catch(() => null);
  if (written?.isFile() === true && written.size > 0 && written.size % pcmBytesPerSample === 0) {
    return (written.size / pcmBytesPerSample / pcmSampleRate) * 1000;
  }
  throw new IndoorsError(
    "audio.undecodable",
    `Decoding failed: ${basename(path)}. The desktop's decoder gave no sound. Export it as WAV, MP3, FLAC or Opus.`,
  );
}

function plain(text: string): string {
  return showHidden(text).slice(0, longestText);
}
