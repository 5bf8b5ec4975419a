import captureWorklet from "./capture-worklet.ts?worker&url";
import type { Microphone } from "./microphone.ts";

/** Hands on the microphone's sound, block by block, at the rate of its context. Returns the function that stops it. */
export async function listen(
  { context, source }: Microphone,
  onBlock: (samples: Float32Array) => void,
): Promise<() => void> {
  await context.audioWorklet.addModule(captureWorklet);
  const capture = new AudioWorkletNode(context, "capture", {
    ...{ numberOfInputs: 1, numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" as const },
  });
  const heard = ({ data }: MessageEvent<Float32Array>) => onBlock(data);
  capture.port.addEventListener("message", heard);
  capture.port.start();
  source.connect(capture);
  return () => {
    capture.port.removeEventListener("message", heard);
    capture.disconnect();
    source.disconnect(capture);
  };
}
