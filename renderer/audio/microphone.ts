import { type Level, levelOf } from "./level.ts";

/** A microphone that is on. Whoever opened it stops it. */
export interface Microphone {
  /** The device that is heard. */
  readonly label: string;
  /** False when the one that was asked for is not there, and the system's own was taken. */
  readonly isTheOneAsked: boolean;
  readonly context: AudioContext;
  /** Its sound, to connect a worklet to. One channel, at the rate of the context. */
  readonly source: MediaStreamAudioSourceNode;
  /** How loud the last 40 ms or so were. */
  level(): Level;
  /** Called once when the device goes away by itself. Returns the function that stops listening. */
  onGone(listener: () => void): () => void;
  stop(): Promise<void>;
}

/** Why there is no sound: a person or the system said no; there is no microphone; something else, often another program. */
export type MicrophoneTrouble = "refused" | "none" | "busy";

export class MicrophoneError extends Error {
  override readonly name = "MicrophoneError";
  readonly trouble: MicrophoneTrouble;

  constructor(trouble: MicrophoneTrouble, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.trouble = trouble;
  }
}

/** The microphones by their labels. Before the first permission the system tells no labels: the list is empty then. */
export async function listMicrophones(): Promise<readonly string[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const labels = devices
    // Chromium lists the system's choice twice: by its name, and as `default` and `communications`.
    .filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "default" && deviceId !== "communications")
    .map(({ label }) => label);
  return [...new Set(labels)].filter((label) => label !== "");
}

/**
 * Opens the microphone of that label; null, or one that is not there: the system's. Sound comes as it is, without
 * filters that were made for calls: they cut what an engine could still understand.
 * @throws MicrophoneError; whatever `signal` is aborted with
 */
export async function openMicrophone(label: string | null, signal: AbortSignal): Promise<Microphone> {
  signal.throwIfAborted();
  let stream = await open(undefined);
  let isTheOneAsked = label === null;
  try {
    if (label !== null && labelOf(stream) !== label) {
      // Labels are known only once some microphone was allowed: that is why the system's was opened first.
      const wanted = await idOf(label);
      if (wanted !== undefined) {
        end(stream);
        stream = await open(wanted);
      }
    }
    isTheOneAsked ||= labelOf(stream) === label;
    signal.throwIfAborted();
    return await listenTo(stream, isTheOneAsked);
  } catch (error) {
    end(stream);
    throw error;
  }
}

async function open(deviceId: string | undefined): Promise<MediaStream> {
  const plain = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const audio = deviceId === undefined ? plain : { ...plain, deviceId: { exact: deviceId } };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") throw new MicrophoneError("refused", error);
    throw new MicrophoneError(name === "NotFoundError" ? "none" : "busy", error);
  }
}

async function listenTo(stream: MediaStream, isTheOneAsked: boolean): Promise<Microphone> {
  const context = new AudioContext({ latencyHint: "interactive" });
  // Without a click before it a context may begin suspended.
  if (context.state === "suspended") await context.resume();
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const [track] = stream.getAudioTracks();
  let stopped: Promise<void> | undefined;
  return {
    label: labelOf(stream),
    isTheOneAsked,
    context,
    source,
    level() {
      analyser.getFloatTimeDomainData(samples);
      return levelOf(samples);
    },
    onGone(listener) {
      const controller = new AbortController();
      track?.addEventListener("ended", listener, { once: true, signal: controller.signal });
      return () => controller.abort();
    },
    stop() {
      stopped ??= (async () => {
        end(stream);
        source.disconnect();
        await context.close();
      })();
      return stopped;
    },
  };
}

function labelOf(stream: MediaStream): string {
  const label = stream.getAudioTracks()[0]?.label ?? "";
  // The system's choice is called "Default - NAME" in every language that Chromium speaks.
  return label.replace(/^[^-]* - /, (prefix) => (isDefault(stream) ? "" : prefix));
}

function isDefault(stream: MediaStream): boolean {
  const id = stream.getAudioTracks()[0]?.getSettings().deviceId;
  return id === "default" || id === "communications";
}

async function idOf(label: string): Promise<string | undefined> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.find((device) => device.kind === "audioinput" && device.label === label)?.deviceId;
}

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
