import { connect, type Params, type Payload, type Result, serve } from "../shared/contract.ts";
import { decoderContract, decoderFileContract } from "../shared/decoder-contract.ts";
import type { desktopContract } from "../shared/desktop-contract.ts";
import { IndoorsError, messageOf, throwIfCancelled } from "../shared/errors.ts";
import { showHidden } from "../shared/show-hidden.ts";
import { type DecoderFile, openDecoderFile } from "./decoder-file.ts";
import { type DecoderPlaces, type DecoderWindow, openDecoderWindow, sealDecoderSession } from "./decoder-window.ts";

type Desktop = typeof desktopContract;

/** Decodes what Chromium can decode and the engines cannot: m4a, mp4, mov, webm. */
export interface Decoder {
  /** As in `desktopContract`. @throws IndoorsError `audio.undecodable`, `file.unreadable`, `cancelled` */
  decode(params: Params<Desktop, "decode">, signal: AbortSignal): Promise<Result<Desktop, "decode">>;
  /** Ends what is under way. */
  dispose(): void;
}

export interface DecoderParts extends DecoderPlaces {
  /** `decode.progress` of the same contract. Only goes up. */
  readonly onProgress: (progress: Payload<Desktop, "decode.progress">) => void;
  /** A page that asks for nothing for so long hangs. */
  readonly stuckMs?: number;
}

/** Of a damaged file at least this much must be there. */
const worthKeepingMs = 1000;

/** Each file gets a window of its own: nothing of one file is there when the next comes. */
export function openDecoder(parts: DecoderParts): Decoder {
  sealDecoderSession(parts);
  const ending = new AbortController();
  return {
    async decode({ path, pcmPath }, callSignal) {
      const signal = AbortSignal.any([callSignal, ending.signal]);
      throwIfCancelled(signal);
      const file = await openDecoderFile(path, pcmPath);
      let window: DecoderWindow | undefined;
      try {
        if (file.bytes === 0) throw new IndoorsError("audio.undecodable", "it is empty");
        window = await openDecoderWindow(parts, signal);
        const { format, damage } = await run(window, file, signal, parts.stuckMs ?? 60_000, (share) =>
          parts.onProgress({ path, share }),
        );
        const durationMs = file.durationMs();
        if (durationMs === 0) throw new IndoorsError("audio.undecodable", "it holds no sound");
        if (damage !== null && durationMs < worthKeepingMs) throw new IndoorsError("audio.undecodable", damage);
        throwIfCancelled(signal);
        await file.finish();
        const notice =
          damage === null
            ? null
            : `${file.name} is not whole: ${showHidden(damage)}. The ${(durationMs / 1000).toFixed(1)} s that could be read are used.`;
        return { format: showHidden(format), durationMs, notice };
      } catch (thrown) {
        throw signal.aborted ? new IndoorsError("cancelled") : named(thrown, file.name);
      } finally {
        window?.dispose();
        await file.dispose();
      }
    },
    dispose: () => ending.abort(),
  };
}

/** Lets the page work on its file until it has answered, is gone, or has not been heard of for too long. */
async function run(
  { channel, gone }: DecoderWindow,
  file: DecoderFile,
  signal: AbortSignal,
  stuckMs: number,
  onProgress: (share: number) => void,
): Promise<Result<typeof decoderContract, "decode">> {
  let most = 0;
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<string>((resolve) => {
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve("its decoder got stuck"), stuckMs);
    };
    heard();
    channel.onMessage(heard);
  });
  const server = serve(channel, decoderFileContract, file.methods);
  const client = connect(channel, decoderContract);
  client.on("progress", ({ share }) => {
    if (share > most) onProgress((most = share));
  });
  try {
    const ended = Promise.race([gone, stuck]).then((reason): never => {
      throw new IndoorsError("audio.undecodable", reason);
    });
    // When the page's process ends its port does, too: the better reason of the two is why the process ended.
    const answered = client.call("decode", { bytes: file.bytes }, { signal }).catch((thrown: unknown) => {
      if (thrown instanceof IndoorsError && thrown.code === "channel.closed" && !signal.aborted) return ended;
      throw thrown;
    });
    return await Promise.race([answered, ended]);
  } finally {
    clearTimeout(timer);
    client.dispose();
    server.dispose();
  }
}

/** The page throws a clause; people need the file's name and a way on. A page may also throw anything else. */
function named(thrown: unknown, name: string): unknown {
  const fromPage = thrown instanceof IndoorsError && thrown.code !== "file.unreadable";
  if (!fromPage) return thrown;
  const reason =
    thrown.code === "audio.undecodable" ? showHidden(messageOf(thrown)).slice(0, 300) : "its decoder failed";
  return new IndoorsError(
    "audio.undecodable",
    `Decoding failed: ${name}. The reason: ${reason}. Export it again as WAV, MP3, FLAC or Opus.`,
  );
}
