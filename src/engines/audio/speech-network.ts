import { access } from "node:fs/promises";
import { basename } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";

/** Silero's network takes 32 ms of 16 kHz audio at a time. */
export const frameSamples = 512;
/** It also wants to see the end of the frame before. */
const contextSamples = 64;
const stateShape = [2, 1, 128] as const;
/**
 * The network's memory can get stuck: after a click in silence it heard no speech for the rest of a recording. After
 * half a second without speech it has nothing to remember, so it starts anew then.
 */
const quiet = 0.05;
const forgetsAfterFrames = 16;

/** The network for one recording: it remembers what it heard. The caller closes it. */
export interface SpeechNetwork {
  /**
   * How likely speech is, 0 to 1, in each frame of `frameSamples`, in the order of the recording.
   * @param samples 16 kHz mono, -1 to 1. Silence is put after a last, partial frame: only the last call may have one.
   */
  probabilities(samples: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens Silero's voice-activity network, versions 5 and 6, as ONNX: `input` [1, 64 + 512], `state` [2, 1, 128] and
 * `sr` give `output` [1, 1] and `stateN`. It takes one thread of the CPU.
 * @throws IndoorsError `model.missing`; `engine.failed` when the file is not that network.
 */
export async function openSpeechNetwork(modelPath: string): Promise<SpeechNetwork> {
  await access(modelPath).catch(() => {
    throw new IndoorsError(
      "model.missing",
      `Finding speech failed: the voice-activity model ${modelPath} is not there. Run indoors models fetch.`,
    );
  });
  const { InferenceSession, Tensor } = await loadRuntime();
  const session = await InferenceSession.create(modelPath, {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
  }).catch((thrown: unknown) => {
    throw unusable(modelPath, thrown);
  });

  const window = new Float32Array(contextSamples + frameSamples);
  const input = new Tensor("float32", window, [1, window.length]);
  const sr = new Tensor("int64", BigInt64Array.of(16_000n), []);
  // Outputs are written into tensors of ours, and the two states take turns: nothing is allocated per frame.
  const output = new Tensor("float32", new Float32Array(1), [1, 1]);
  let state = new Tensor("float32", new Float32Array(256), stateShape);
  let next = new Tensor("float32", new Float32Array(256), stateShape);

  let quietFrames = 0;
  return {
    async probabilities(samples) {
      const result = new Float32Array(Math.ceil(samples.length / frameSamples));
      for (let frame = 0; frame < result.length; frame++) {
        const audio = samples.subarray(frame * frameSamples, (frame + 1) * frameSamples);
        window.copyWithin(0, frameSamples);
        window.set(audio, contextSamples);
        window.fill(0, contextSamples + audio.length);
        await session.run({ input, state, sr }, { output, stateN: next }).catch((thrown: unknown) => {
          throw unusable(modelPath, thrown);
        });
        [state, next] = [next, state];
        const probability = Number(output.data[0]);
        result[frame] = probability;
        quietFrames = probability < quiet ? quietFrames + 1 : 0;
        if (quietFrames === forgetsAfterFrames) {
          (state.data as Float32Array).fill(0);
          quietFrames = 0;
        }
      }
      return result;
    },
    close: () => session.release(),
  };
}

/** Late, because a process that only decodes has no use for 40 MB of library. */
function loadRuntime(): Promise<typeof import("onnxruntime-node")> {
  // Releases from 1.29 on keep a device number and send usage to their maker unless they find this when they start.
  process.env["ORT_DISABLE_TELEMETRY"] = "1";
  return import("onnxruntime-node");
}

function unusable(modelPath: string, thrown: unknown): IndoorsError {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new IndoorsError(
    "engine.failed",
    `Finding speech failed: ${basename(modelPath)}. It is not a Silero voice-activity network (${why}). Run indoors models fetch.`,
  );
}
