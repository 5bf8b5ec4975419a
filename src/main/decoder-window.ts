import { BrowserWindow, MessageChannelMain, session } from "electron";
import type { Channel } from "../shared/channel.ts";
import { throwIfCancelled } from "../shared/errors.ts";
import { answerDecoder, decoderFileOf, decoderUrl } from "./decoder-page.ts";
import { portChannel } from "./port-channel.ts";
import { webPreferences } from "./window-options.ts";

export interface DecoderPlaces {
  /** Where Vite put the pages: dist/renderer. */
  readonly rendererFolder: string;
  /** dist/preload/decoder-preload.cjs */
  readonly preloadFile: string;
}

/** A hidden window that holds the page that decodes. It lives for one file. */
export interface DecoderWindow {
  readonly channel: Channel;
  /** Resolves with the reason, for people, when the page's process has ended or hangs. */
  readonly gone: Promise<string>;
  dispose(): void;
}

/** In memory: the name has no "persist:". */
const partition = "decoder";

/** The session of all decoders: in memory, allowed nothing but the page itself. */
export function sealDecoderSession({ rendererFolder }: DecoderPlaces): void {
  const own = session.fromPartition(partition, { cache: false });
  if (!own.protocol.isProtocolHandled("app")) {
    own.protocol.handle("app", (request) => answerDecoder(request, rendererFolder));
  }
  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  own.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: decoderFileOf(url) === null }));
  own.on("will-download", (event) => event.preventDefault());
  own.setSpellCheckerEnabled(false);
}

/** Opens the page, after `sealDecoderSession`, and gives it its port. @throws what loading throws, `cancelled` */
export async function openDecoderWindow({ preloadFile }: DecoderPlaces, signal: AbortSignal): Promise<DecoderWindow> {
  const window = new BrowserWindow({
    show: false,
    width: 1,
    height: 1,
    focusable: false,
    skipTaskbar: true,
    webPreferences: {
      ...webPreferences({ preload: preloadFile, partition, devTools: false }),
      ...{ images: false, webgl: false, plugins: false },
    },
  });
  const contents = window.webContents;
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
  contents.on("will-navigate", (event) => event.preventDefault());
  const gone = new Promise<string>((resolve) => {
    contents.once("render-process-gone", (_event, { reason }) => resolve(`its decoder ended (${reason})`));
    window.once("closed", () => resolve("its decoder was closed"));
  });
  const dispose = () => {
    if (!window.isDestroyed()) window.destroy();
  };
  signal.addEventListener("abort", dispose, { once: true });
  try {
    await window.loadURL(decoderUrl);
    throwIfCancelled(signal);
  } catch (thrown) {
    dispose();
    throwIfCancelled(signal);
    throw thrown;
  } finally {
    signal.removeEventListener("abort", dispose);
  }
  const { port1, port2 } = new MessageChannelMain();
  contents.postMessage("decoder-port", null, [port2]);
  const channel = portChannel(port1);
  return {
    channel,
    gone,
    dispose() {
      channel.close();
      dispose();
    },
  };
}
