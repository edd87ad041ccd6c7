/**
 * Sample rate conversion by a windowed sinc: good enough for speech, in a few lines. It takes a recording in pieces of any size, and
 * where they are cut does not matter.
 * @module
 */

/** Zero crossings on each side; more is slower and, for telephone speech, no better. */
const LOBES = 16;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const hann = (x: number): number => (Math.abs(x) >= 1 ? 0 : 0.5 + 0.5 * Math.cos(Math.PI * x));

/** The weights around a position between two samples. */
const kernelOf = (fraction: number, cutoff: number, reach: number): Float64Array =>
  Float64Array.from({ length: 2 * reach }, (_, index) => {
    const distance = index - reach + 1 - fraction;
    return cutoff * sinc(distance * cutoff) * hann(distance / reach);
  });

const weigh = (kernel: Float64Array, samples: Float32Array, first: number): number => {
  let sum = 0;
  for (let tap = 0; tap < kernel.length; tap += 1) sum += (kernel[tap] ?? 0) * (samples[first + tap] ?? 0);
  return sum;
};

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

const append = (head: Float32Array, tail: Float32Array): Float32Array => {
  const both = new Float32Array(head.length + tail.length);
  both.set(head);
  both.set(tail, head.length);
  return both;
};

export interface Resampler {
  /** The next samples, and what follows from them: the filter looks ahead, so the output lags behind by some milliseconds. */
  push(samples: Float32Array): Float32Array;
  /** What is left; to be called once, after the last `push`. */
  end(): Float32Array;
}

const passThrough: Resampler = { push: (samples) => samples, end: () => new Float32Array() };

/** From `fromRate` to `toRate`, both in Hz. Frequencies that the lower of both cannot hold are removed. */
export const createResampler = (fromRate: number, toRate: number): Resampler => {
  if (fromRate === toRate) return passThrough;
  const divisor = greatestDivisor(fromRate, toRate);
  // One step of the output is `step / phases` of the input.
  const [phases, step] = [toRate / divisor, fromRate / divisor];
  const cutoff = Math.min(1, toRate / fromRate);
  const reach = Math.ceil(LOBES / cutoff);
  const kernels = Array.from({ length: phases }, (_, phase) => kernelOf(phase / phases, cutoff, reach));

  // What the next outputs still need, beginning with silence before the first sample. `start` counts samples of the input.
  let held: Float32Array = new Float32Array(reach - 1);
  let start = 1 - reach;
  let [received, produced] = [0, 0];

  const produceTo = (count: number): Float32Array => {
    const output = new Float32Array(Math.max(0, count - produced));
    for (let index = 0; index < output.length; index += 1, produced += 1) {
      const position = produced * step;
      const first = Math.floor(position / phases) - reach + 1 - start;
      output[index] = weigh(kernels[position % phases] ?? new Float64Array(), held, first);
    }
    const needed = Math.max(0, Math.floor((produced * step) / phases) - reach + 1 - start);
    held = held.slice(needed);
    start += needed;
    return output;
  };

  return {
    push: (samples) => {
      held = append(held, samples);
      received += samples.length;
      // The last output that does not reach beyond what is here.
      return produceTo(Math.ceil(((received - reach) * phases) / step));
    },
    end: () => {
      held = append(held, new Float32Array(reach));
      return produceTo(Math.floor((received * phases) / step));
    },
  };
};

/** All of `samples` at once. */
export const resample = (samples: Float32Array, fromRate: number, toRate: number): Float32Array => {
  const resampler = createResampler(fromRate, toRate);
  return append(resampler.push(samples), resampler.end());
};
