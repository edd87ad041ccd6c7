/**
 * Sample rate conversion by a windowed sinc: good enough for speech, in a few lines.
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

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** `samples` at `toRate` instead of `fromRate`. Frequencies that the lower of both cannot hold are removed. */
export const resample = (samples: Float32Array, fromRate: number, toRate: number): Float32Array => {
  if (fromRate === toRate) return samples;
  const divisor = greatestDivisor(fromRate, toRate);
  const phases = toRate / divisor;
  const step = fromRate / divisor;
  const cutoff = Math.min(1, toRate / fromRate);
  const reach = Math.ceil(LOBES / cutoff);
  const kernels = Array.from({ length: phases }, (_, phase) => kernelOf(phase / phases, cutoff, reach));
  return Float32Array.from({ length: Math.floor((samples.length * toRate) / fromRate) }, (_, index) => {
    const position = index * step;
    const first = Math.floor(position / phases) - reach + 1;
    const kernel = kernels[position % phases] ?? new Float64Array();
    let sum = 0;
    for (let tap = 0; tap < kernel.length; tap += 1) sum += (kernel[tap] ?? 0) * (samples[first + tap] ?? 0);
    return sum;
  });
};
