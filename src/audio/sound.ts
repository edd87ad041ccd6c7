/**
 * Whether there is anything to be heard in a recording, and whether its channels differ: in one pass over the samples.
 * @module
 */
import { open } from 'node:fs/promises';
import { canDecode, readFrames } from './samples.ts';
import { readWav } from './wav.ts';

export interface Sound {
  /** Root mean square of the loudest 20 ms of any channel, from 0 to 1. */
  readonly loudest: number;
  /** Energy of the difference between the first two channels over the energy of both, from 0 (alike) on. 1 for one channel. */
  readonly difference: number;
}

const FRAME_MS = 20;

/** The loudest frame of one channel; frames go on across the borders of pieces. */
const createPeak = (size: number) => {
  let [sum, count, loudest] = [0, 0, 0];
  return {
    add: (samples: Float32Array): void => {
      for (const sample of samples) {
        sum += sample * sample;
        count += 1;
        if (count < size) continue;
        loudest = Math.max(loudest, sum);
        [sum, count] = [0, 0];
      }
    },
    /** A last frame that is not full counts with the length of a full one: a click at the end is no speech. */
    loudest: (): number => Math.sqrt(Math.max(loudest, sum) / size),
  };
};

const createComparison = () => {
  let [differing, whole] = [0, 0];
  return {
    add: ([left, right]: readonly Float32Array[]): void => {
      if (!left || !right) return;
      for (const [index, one] of left.entries()) {
        const other = right[index] ?? 0;
        differing += (one - other) ** 2;
        whole += one * one + other * other;
      }
    },
    difference: (): number => (whole === 0 ? 1 : differing / whole),
  };
};

/** What a WAV file sounds like; undefined for a file that cannot be decoded here. */
export const readSound = async (path: string): Promise<Sound | undefined> => {
  const file = await open(path, 'r');
  try {
    const info = await readWav(file);
    if (!info || !canDecode(info)) return undefined;
    const size = Math.max(1, Math.round((info.sampleRate * FRAME_MS) / 1000));
    const peaks = Array.from({ length: info.channels }, () => createPeak(size));
    const comparison = createComparison();
    for await (const channels of readFrames(file, info)) {
      for (const [index, samples] of channels.entries()) peaks[index]?.add(samples);
      comparison.add(channels);
    }
    return { loudest: Math.max(...peaks.map((peak) => peak.loudest())), difference: comparison.difference() };
  } finally {
    await file.close();
  }
};
