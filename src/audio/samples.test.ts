import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeSamples, encodeWav, wavAround, type Codec, type WavLayout } from '../../test/audio/encode.ts';
import { canDecode, decodeFrames, readFrames } from './samples.ts';
import { withFile } from './test-files.ts';
import { readWav, type WavInfo } from './wav.ts';

const mono = (codec: string, bytes: number): WavInfo => ({
  codec,
  channels: 1,
  sampleRate: 8000,
  blockAlign: bytes,
  bitsPerSample: 8 * bytes,
  byteRate: 8000 * bytes,
  missingBytes: 0,
  dataOffset: 44,
  dataBytes: 0,
  durationMs: 0,
});

const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const decoded = (bytes: Buffer, codec: string, width: number): readonly number[] => [
  ...(decodeFrames(bytes, mono(codec, width))[0] ?? []),
];

const infoOf = async (bytes: Buffer): Promise<WavInfo> => {
  const info = await withFile(bytes, (file) => readWav(file));
  if (!info) throw new Error('not a WAV file');
  return info;
};

describe('the decoders', () => {
  // The first values are those of the tables in Sun's g711.c; the digests are of the 256 values as 16-bit little endian, made with
  // `audioop.ulaw2lin` and `alaw2lin` of Python 3.11.
  it.each([
    [
      'mulaw',
      [-32_124, -31_100, -30_076, -29_052, -28_028],
      '3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827',
    ],
    ['alaw', [-5504, -5248, -6016, -5760, -4480], 'e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174'],
  ])('agree with ITU-T G.711 on every byte of %s', (codec, first, digest) => {
    const values = decoded(every, codec, 1).map((value) => value * 32_768);
    expect(values.slice(0, 5)).toEqual(first);
    const bytes = Buffer.alloc(512);
    for (const [index, value] of values.entries()) bytes.writeInt16LE(value, index * 2);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
  });

  it.each([
    ['pcm8', 1, '00 40 80 c0 ff', [-1, -0.5, 0, 0.5, 127 / 128]],
    ['pcm16', 2, '0080 00c0 0000 0040 ff7f', [-1, -0.5, 0, 0.5, 32_767 / 32_768]],
    ['pcm24', 3, '000080 0000c0 000000 000040 ffff7f', [-1, -0.5, 0, 0.5, 8_388_607 / 8_388_608]],
    ['pcm32', 4, '00000080 000000c0 00000000 00000040', [-1, -0.5, 0, 0.5]],
    ['float32', 4, '000080bf 000000bf 00000000 0000003f', [-1, -0.5, 0, 0.5]],
    ['float64', 8, '000000000000f0bf 000000000000e03f', [-1, 0.5]],
    ['float32', 4, '0000c07f 0000807f 000080ff 00000041', [0, 1, -1, 1]],
    ['float64', 8, '000000000000f87f 000000000000f07f', [0, 1]],
  ])('know %s', (codec, width, hex, values) => {
    expect(decoded(Buffer.from(hex.replaceAll(' ', ''), 'hex'), codec, width)).toEqual(values);
  });

  it.each<[Codec, number]>([
    ['mulaw', 1 / 32],
    ['alaw', 1 / 32],
    ['pcm8', 1 / 128],
    ['pcm16', 1 / 32_768],
    ['pcm24', 1 / 8_388_608],
    ['pcm32', 1e-7],
    ['float32', 0],
    ['float64', 0],
  ])('give back what was written as %s, each channel by itself', async (codec, step) => {
    const left = Float32Array.from({ length: 200 }, (_, index) => 0.99 * Math.sin(index / 7));
    const right = Float32Array.from({ length: 200 }, (_, index) => 0.3 * Math.cos(index / 3));
    const info = await infoOf(encodeWav([left, right], { codec }));
    const channels = decodeFrames(encodeSamples([left, right], codec), info);
    expect(channels).toHaveLength(2);
    for (const [channel, wanted] of [left, right].entries()) {
      for (const [index, sample] of wanted.entries())
        expect(Math.abs((channels[channel]?.[index] ?? 9) - sample)).toBeLessThanOrEqual(step);
    }
  });
});

describe('canDecode', () => {
  it.each<[string, WavLayout, string]>([
    ['another codec', { tag: 0x11 }, 'WAV with wav-17 cannot be decoded'],
    ['samples of odd width', { codec: 'pcm16', bits: 12, blockAlign: 2 }, 'WAV with pcm12 cannot be decoded'],
    ['no channel', { channels: 0, blockAlign: 0 }, 'WAV with 0 channels cannot be decoded'],
    ['more channels than a conference has', { channels: 9 }, 'WAV with 9 channels cannot be decoded'],
    ['no rate', { sampleRate: 0, byteRate: 1 }, 'WAV at 0 Hz cannot be decoded'],
    ['a rate of nothing that exists', { sampleRate: 4_000_000_000 }, 'WAV at 4000000000 Hz cannot be decoded'],
    ['frames of no bytes', { blockAlign: 0 }, 'the header of the WAV file contradicts itself'],
    [
      'frames that are too small',
      { codec: 'pcm16', channels: 2, blockAlign: 3 },
      'the header of the WAV file contradicts itself',
    ],
  ])('is false for %s', async (_name, layout, message) => {
    const bytes = wavAround(Buffer.alloc(100), { byteRate: 8000, ...layout });
    const info = await infoOf(bytes);
    expect(canDecode(info)).toBe(false);
    const unsupported = expect.objectContaining({ code: 'CSC_MEDIA_UNSUPPORTED', message });
    expect(() => decodeFrames(Buffer.alloc(100), info)).toThrow(unsupported);
    const reading = withFile(bytes, (file) => Array.fromAsync(readFrames(file, info)));
    await expect(reading).rejects.toThrow(unsupported);
  });
});

describe('readFrames', () => {
  const wavy = (length: number, speed: number): Float32Array =>
    Float32Array.from({ length }, (_, index) => Math.fround(Math.sin(index * speed)));

  it('gives the same samples piece by piece, however long the file is', async () => {
    const channels = [wavy(150_000, 0.1), wavy(150_000, 0.02), wavy(150_000, 0.003)];
    const bytes = encodeWav(channels, { codec: 'float32' });
    const pieces = await withFile(bytes, async (file) => Array.fromAsync(readFrames(file, await infoOf(bytes))));
    expect(pieces.map(([first]) => first?.length)).toEqual([65_536, 65_536, 18_928]);
    for (const [channel, samples] of channels.entries()) {
      const read = pieces.flatMap((piece) => [...(piece[channel] ?? [])]);
      expect(read.every((sample, index) => sample === samples[index])).toBe(true);
    }
  });

  it('leaves out half a frame at the end', async () => {
    const bytes = wavAround(Buffer.alloc(7), { codec: 'pcm16', channels: 2 });
    const pieces = await withFile(bytes, async (file) => Array.fromAsync(readFrames(file, await infoOf(bytes))));
    expect(pieces.map((piece) => piece.map(({ length }) => length))).toEqual([[1, 1]]);
  });

  it('ends where a file ends that was longer a moment ago', async () => {
    const bytes = wavAround(Buffer.alloc(100));
    const info = { ...(await infoOf(bytes)), dataBytes: 200_000 };
    const pieces = await withFile(bytes, (file) => Array.fromAsync(readFrames(file, info)));
    expect(pieces.map((piece) => piece.map(({ length }) => length))).toEqual([[100]]);
  });

  it('has nothing to give of an empty file', async () => {
    const bytes = wavAround(Buffer.alloc(0));
    expect(await withFile(bytes, async (file) => Array.fromAsync(readFrames(file, await infoOf(bytes))))).toEqual([]);
  });
});
