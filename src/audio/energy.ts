/**
 * How loud each channel of a recording is, over time: enough to see who speaks on which one.
 * @module
 */
import { open } from 'node:fs/promises';
import { readFrames } from './samples.ts';
import { readWav } from './wav.ts';

export interface Energy {
  /** Length of what one value stands for. */
  readonly frameMs: number;
  /** Root mean square of each frame, from 0 to 1; one array a channel. */
  readonly channels: readonly Float32Array[];
}

/** Adds up squares over frames of `size` samples, across the borders of pieces. */
const createMeter = (size: number) => {
  const values: number[] = [];
  let [sum, count] = [0, 0];
  const end = (): void => {
    values.push(Math.sqrt(sum / count));
    [sum, count] = [0, 0];
  };
  return {
    add: (samples: Float32Array): void => {
      for (const sample of samples) {
        sum += sample * sample;
        count += 1;
        if (count === size) end();
      }
    },
    finish: (): Float32Array => {
      if (count > 0) end();
      return Float32Array.from(values);
    },
  };
};

/**
 * The loudness of a WAV file; undefined where the file is none that can be decoded.
 * @throws CallscribeError `CSC_MEDIA_UNSUPPORTED` for a WAV file in another codec
 */
export const readEnergy = async (
  path: string,
  { frameMs }: { readonly frameMs: number },
): Promise<Energy | undefined> => {
  const file = await open(path, 'r');
  try {
    const info = await readWav(file);
    if (!info) return undefined;
    const size = Math.max(1, Math.round((info.sampleRate * frameMs) / 1000));
    const meters = Array.from({ length: info.channels }, () => createMeter(size));
    for await (const channels of readFrames(file, info)) {
      for (const [index, samples] of channels.entries()) meters[index]?.add(samples);
    }
    return { frameMs, channels: meters.map((meter) => meter.finish()) };
  } finally {
    await file.close();
  }
};
