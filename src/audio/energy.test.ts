import { describe, expect, it } from 'vitest';
import { encodeWav, wavAround } from '../../test/audio/encode.ts';
import { type Energy, readEnergy } from './energy.ts';
import { withFile } from './test-files.ts';

const energyOf = (bytes: Buffer, frameMs: number): Promise<Energy | undefined> =>
  withFile(bytes, (_file, path) => readEnergy(path, { frameMs }));

describe('readEnergy', () => {
  it('measures each channel over time', async () => {
    const left = Float32Array.from({ length: 800 }, (_, index) => (index < 400 ? 0.5 : 0));
    const right = Float32Array.from({ length: 800 }, (_, index) => (index % 2 === 0 ? 0.25 : -0.25));
    expect(await energyOf(encodeWav([left, right]), 50)).toEqual({
      frameMs: 50,
      channels: [Float32Array.of(0.5, 0), Float32Array.of(0.25, 0.25)],
    });
  });

  it('goes on over the borders of the pieces that it reads, and counts a short frame at the end', async () => {
    const energy = await energyOf(encodeWav([new Float32Array(70_001).fill(0.5)]), 1000);
    expect(energy?.channels).toEqual([new Float32Array(9).fill(0.5)]);
  });

  it('has nothing of an empty file', async () => {
    expect(await energyOf(wavAround(Buffer.alloc(0)), 20)).toEqual({ frameMs: 20, channels: [new Float32Array()] });
  });

  it('tells what is no WAV file from what cannot be decoded', async () => {
    expect(await energyOf(Buffer.from('ID3 and so on'), 20)).toBeUndefined();
    await expect(energyOf(wavAround(Buffer.alloc(100), { tag: 0x55 }), 20)).rejects.toMatchObject({
      code: 'CSC_MEDIA_UNSUPPORTED',
    });
    await expect(energyOf(wavAround(Buffer.alloc(100), { blockAlign: 3 }), 20)).rejects.toMatchObject({
      code: 'CSC_MEDIA_UNSUPPORTED',
    });
  });
});
