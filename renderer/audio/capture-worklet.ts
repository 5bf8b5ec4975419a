/** So many samples go to the page at once: about 85 ms at 48 kHz. A message per 128 would be 375 a second. */
const blockSamples = 4096;

// What the scope of an audio worklet has; the types of the page do not know it.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Gives the page the sound of its first input as it is, one channel, in blocks. */
class Capture extends AudioWorkletProcessor {
  #block = new Float32Array(blockSamples);
  #filled = 0;

  process([input = []]: Float32Array[][]): boolean {
    const [channel] = input;
    if (channel === undefined) return true;
    for (let taken = 0; taken < channel.length;) {
      const part = channel.subarray(taken, taken + blockSamples - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled < blockSamples) continue;
      this.port.postMessage(this.#block, [this.#block.buffer]);
      this.#block = new Float32Array(blockSamples);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor("capture", Capture);
