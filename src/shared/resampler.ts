/** Side lobes of the Kaiser window: about 80 dB under the passband. */
const kaiserBeta = 8;
/** Zero crossings of the sinc on each side, at the lower of the two rates. */
const zeroCrossings = 40;
/** The cut-off as a share of the lower Nyquist frequency; the rest is the transition band. */
const rollOff = 0.94;

/**
 * Changes the sample rate of one channel, block by block, by a windowed-sinc filter bank (Crochiere and Rabiner,
 * "Multirate Digital Signal Processing", 1983; Kaiser's window). The rate ratio is reduced to integers up/down: phase p
 * of the bank makes the outputs that fall p/up between two inputs. What is above the lower Nyquist frequency is at least
 * 60 dB down. Output sample n lies at input time n·down/up: there is no delay, and blocks leave no seam.
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #half: number;
  readonly #bank: readonly Float32Array[];
  /** Input that is still needed; `#first` is the index of its first sample, from the start of the recording. */
  #held: Float32Array;
  #first: number;
  #nextOutput = 0;
  #received = 0;

  constructor(fromRate: number, toRate: number) {
    const divisor = greatestCommonDivisor(fromRate, toRate);
    this.#up = toRate / divisor;
    this.#down = fromRate / divisor;
    const scale = Math.max(1, fromRate / toRate);
    this.#half = Math.ceil(zeroCrossings * scale);
    this.#bank = this.#up === this.#down ? [] : filterBank(this.#up, this.#half, rollOff / scale);
    // The recording is thought to be silent before it begins.
    this.#held = new Float32Array(this.#half);
    this.#first = -this.#half;
  }

  /** Takes the next input samples and gives the output samples that are ready. */
  push(samples: Float32Array): Float32Array {
    if (this.#up === this.#down) return samples;
    const held = new Float32Array(this.#held.length + samples.length);
    held.set(this.#held);
    held.set(samples, this.#held.length);
    this.#held = held;
    this.#received += samples.length;
    return this.#produce(this.#first + held.length - this.#half);
  }

  /** The output that waits for input after the end: silence follows. Nothing may be pushed after it. */
  flush(): Float32Array {
    if (this.#up === this.#down) return new Float32Array(0);
    const held = new Float32Array(this.#held.length + this.#half);
    held.set(this.#held);
    this.#held = held;
    return this.#produce(this.#received);
  }

  /** Makes every output whose input time is before `limit`, and lets go of input that no later output needs. */
  #produce(limit: number): Float32Array {
    const end = Math.ceil((limit * this.#up) / this.#down);
    const count = Math.max(0, end - this.#nextOutput);
    const output = new Float32Array(count);
    const taps = 2 * this.#half;
    for (let index = 0; index < count; index++) {
      const position = (this.#nextOutput + index) * this.#down;
      const base = Math.floor(position / this.#up);
      const filter = this.#bank[position % this.#up] as Float32Array;
      const from = base - this.#half + 1 - this.#first;
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += (filter[tap] as number) * (this.#held[from + tap] as number);
      output[index] = sum;
    }
    this.#nextOutput += count;
    const needed = Math.floor((this.#nextOutput * this.#down) / this.#up) - this.#half + 1;
    const drop = Math.min(this.#held.length, Math.max(0, needed - this.#first));
    this.#held = this.#held.slice(drop);
    this.#first += drop;
    return output;
  }
}

/** One filter of 2·half taps per phase, each with gain 1 at zero frequency. `cutOff` is a share of the input Nyquist. */
function filterBank(phases: number, half: number, cutOff: number): Float32Array[] {
  return Array.from({ length: phases }, (_, phase) => {
    const filter = new Float32Array(2 * half);
    let sum = 0;
    for (let tap = 0; tap < filter.length; tap++) {
      const distance = tap - half + 1 - phase / phases;
      const value = sinc(distance * cutOff) * kaiser(distance / half);
      filter[tap] = value;
      sum += value;
    }
    return filter.map((value) => value / sum);
  });
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(kaiserBeta * Math.sqrt(1 - x * x)) / bessel(kaiserBeta);
}

/** The modified Bessel function of the first kind and order zero, by its power series. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
