/** The part of sherpa-onnx-node that is used here; the package brings no types. */
declare module "sherpa-onnx-node" {
  export interface VadOptions {
    readonly sileroVad: {
      readonly model: string;
      readonly threshold: number;
      /** Seconds. */
      readonly minSilenceDuration: number;
      readonly minSpeechDuration: number;
      readonly maxSpeechDuration: number;
      /** Samples. */
      readonly windowSize: number;
    };
    readonly sampleRate: number;
    readonly numThreads: number;
    readonly provider: string;
    readonly debug: number;
  }
  export interface Vad {
    acceptWaveform(samples: Float32Array): void;
    isEmpty(): boolean;
    front(enableExternalBuffer: boolean): { readonly start: number; readonly samples: Float32Array };
    pop(): void;
    flush(): void;
  }
  /** The package is CommonJS: Node gives its exports as the default. */
  const sherpa: { readonly Vad: new (options: VadOptions, bufferSeconds: number) => Vad };
  export default sherpa;
}
