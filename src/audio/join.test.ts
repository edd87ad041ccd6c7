import { describe, expect, it } from 'vitest';
import { encodeWav, wavAround, type Codec, type WavLayout } from '../../test/audio/encode.ts';
import { canJoin, joined } from './join.ts';
import { decodeFrames } from './samples.ts';
import { withFile } from './test-files.ts';
import { readWav, type WavInfo } from './wav.ts';

const infoOf = async (bytes: Buffer): Promise<WavInfo> => {
  const info = await withFile(bytes, (file) => readWav(file));
  if (!info) throw new Error('not a WAV file');
  return info;
};

const join = (left: Buffer, right: Buffer): Promise<Buffer> =>
  withFile(left, (leftFile) =>
    withFile(right, async (rightFile) => {
      const [leftInfo, rightInfo] = await Promise.all([infoOf(left), infoOf(right)]);
      const parts = joined({ file: leftFile, info: leftInfo }, { file: rightFile, info: rightInfo });
      return Buffer.concat(await Array.fromAsync(parts));
    }),
  );

const ramp = (length: number, sign: number): Float32Array =>
  Float32Array.from({ length }, (_, index) => (sign * (index % 100)) / 128);

describe('joined', () => {
  it.each<[Codec]>([['mulaw'], ['alaw'], ['pcm8'], ['pcm16'], ['pcm24'], ['pcm32'], ['float32'], ['float64']])(
    'puts two files of %s side by side, and ends the shorter one in silence',
    async (codec) => {
      const [left, right] = [ramp(40_000, 1), ramp(30_001, -1)];
      const file = await join(encodeWav([left], { codec }), encodeWav([right], { codec }));
      const info = await infoOf(file);
      expect(info).toMatchObject({ codec, channels: 2, sampleRate: 8000, durationMs: 5000 });
      expect(file.readUInt32LE(4)).toBe(file.length - 8);
      const channels = decodeFrames(file.subarray(info.dataOffset), info);
      const alone = [left, right].map((samples) => {
        const bytes = encodeWav([samples], { codec });
        return decodeFrames(bytes.subarray(44), { ...info, channels: 1, blockAlign: info.blockAlign / 2 })[0];
      });
      expect(channels[0]).toEqual(alone[0]);
      expect(channels[1]?.subarray(0, 30_001)).toEqual(alone[1]?.subarray(0, 30_001));
      // The quietest values of G.711 are not quite 0.
      expect(channels[1]?.subarray(30_001).every((sample) => Math.abs(sample) < 0.001)).toBe(true);
    },
  );

  it('takes no half frame for a sample', async () => {
    const file = await join(
      wavAround(Buffer.alloc(6), { codec: 'pcm16' }),
      wavAround(Buffer.alloc(3, 0x7f), { codec: 'pcm16' }),
    );
    expect(file.subarray(44).toString('hex')).toBe('00007f7f0000000000000000');
  });
});

describe('canJoin', () => {
  it.each<[string, WavLayout, boolean]>([
    ['the same', {}, true],
    ['another codec', { codec: 'alaw' }, false],
    ['another rate', { sampleRate: 16_000 }, false],
    ['two channels', { channels: 2 }, false],
  ])('compares with %s', async (_name, layout, expected) => {
    const [one, other] = await Promise.all([
      infoOf(wavAround(Buffer.alloc(8))),
      infoOf(wavAround(Buffer.alloc(8), layout)),
    ]);
    expect(canJoin(one, other)).toBe(expected);
  });

  it('refuses what makes no sense, though both are the same', async () => {
    const broken = await infoOf(wavAround(Buffer.alloc(8), { blockAlign: 3 }));
    expect(canJoin(broken, broken)).toBe(false);
  });
});
