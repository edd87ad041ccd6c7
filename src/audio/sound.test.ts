import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spokenCalls } from '../../test/audio/fixtures.ts';
import { oggOpusOf, wavOf } from '../pipeline/fetch/test-sounds.ts';
import { readSound, type Sound } from './sound.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sound-'));
});
afterAll(() => rm(folder, { recursive: true }));

const heard = async (bytes: Buffer): Promise<Sound | undefined> => {
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  return readSound(path);
};

/** Two seconds of PCM; `sample` gives the values of all channels, from -1 to 1. */
const pcm = (channels: number, sample: (frame: number) => readonly number[]): Buffer => {
  const data = Buffer.alloc(16_000 * channels * 2);
  for (let frame = 0; frame < 16_000; frame += 1) {
    for (const [channel, value] of sample(frame).entries()) {
      data.writeInt16LE(Math.round(value * 32_767), (frame * channels + channel) * 2);
    }
  }
  return wavOf({ tag: 1, bits: 16, channels, data });
};

const tone = (frame: number, level: number): number => level * Math.sin(frame * 0.3);

describe('readSound', () => {
  it('finds the loudest moment, wherever it is', async () => {
    const late = pcm(1, (frame) => [frame > 15_000 ? tone(frame, 0.5) : 0]);
    expect((await heard(late))?.loudest).toBeCloseTo(0.5 / Math.SQRT2, 2);
  });

  it.each([
    ['digital silence in mu-law', wavOf({ channels: 2, data: Buffer.alloc(32_000, 0xff) })],
    ['digital silence in A-law', wavOf({ tag: 6, data: Buffer.alloc(16_000, 0xd5) })],
    ['noise of the last bit', pcm(2, (frame) => [(frame % 2) / 32_767, 0])],
    ['one click', pcm(1, (frame) => [frame === 7 ? 0.005 : 0])],
  ])('hears nothing in %s', async (_name, bytes) => {
    expect((await heard(bytes))?.loudest).toBeLessThan(0.001);
  });

  it.each([
    ['the same on both', (frame: number) => [tone(frame, 0.3), tone(frame, 0.3)], 0],
    ['one silent channel', (frame: number) => [tone(frame, 0.3), 0], 1],
    ['the same upside down', (frame: number) => [tone(frame, 0.3), -tone(frame, 0.3)], 2],
    ['an echo of a tenth', (frame: number) => [tone(frame, 0.3), tone(frame, 0.27)], 0.0055],
  ] as const)('compares the channels: %s', async (_name, sample, difference) => {
    expect((await heard(pcm(2, sample)))?.difference).toBeCloseTo(difference, 3);
  });

  it('finds two voices in a recorded call', async () => {
    const sound = await readSound(spokenCalls.call1.stereo);
    expect(sound?.loudest).toBeGreaterThan(0.05);
    expect(sound?.difference).toBeGreaterThan(0.5);
  });

  it('says nothing of what it cannot decode', async () => {
    expect(await heard(oggOpusOf(1000))).toBeUndefined();
    expect(await heard(wavOf({ tag: 0x31, data: Buffer.alloc(100) }))).toBeUndefined();
  });
});
