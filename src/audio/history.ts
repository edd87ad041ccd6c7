/**
 * The last samples of a stream, found by their place in the whole of it.
 * @module
 */

export interface SampleHistory {
  /** Samples so far, also those that are forgotten. */
  readonly length: number;
  add(samples: Float32Array): void;
  /** A copy of the samples from `from` up to, not including, `to`, as far as they are here. */
  slice(from: number, to: number): Float32Array;
}

/** @param capacity how many samples are kept */
export const createHistory = (capacity: number): SampleHistory => {
  const ring = new Float32Array(capacity);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add: (samples) => {
      const kept = samples.subarray(Math.max(0, samples.length - capacity));
      const place = (length + samples.length - kept.length) % capacity;
      const untilEnd = kept.subarray(0, capacity - place);
      ring.set(untilEnd, place);
      ring.set(kept.subarray(untilEnd.length));
      length += samples.length;
    },
    slice: (from, to) => {
      const first = Math.max(from, length - capacity, 0);
      const copy = new Float32Array(Math.max(0, Math.min(to, length) - first));
      const place = first % capacity;
      const untilEnd = ring.subarray(place, place + copy.length);
      copy.set(untilEnd);
      copy.set(ring.subarray(0, copy.length - untilEnd.length), untilEnd.length);
      return copy;
    },
  };
};
