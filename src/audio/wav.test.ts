import { describe, expect, it } from 'vitest';
import { encodeWav, riffChunk, wavAround, type Codec, type WavLayout } from '../../test/audio/encode.ts';
import { withFile } from './test-files.ts';
import { readWav, type WavInfo } from './wav.ts';

const infoOf = (bytes: Buffer): Promise<WavInfo | undefined> => withFile(bytes, (file) => readWav(file));

const second = Buffer.alloc(8000, 0xff);
const list = riffChunk('LIST', Buffer.from('INFOICMT\u0005\0\0\0test\0'));

describe('readWav', () => {
  it.each<[Codec, number]>([
    ['mulaw', 1],
    ['alaw', 1],
    ['pcm8', 1],
    ['pcm16', 2],
    ['pcm24', 3],
    ['pcm32', 4],
    ['float32', 4],
    ['float64', 8],
  ])('reads %s, in the short and in the extensible form', async (codec, bytes) => {
    const channels = [new Float32Array(16_000), new Float32Array(16_000)];
    for (const isExtensible of [false, true]) {
      expect(await infoOf(encodeWav(channels, { codec, sampleRate: 16_000, isExtensible }))).toEqual({
        codec,
        channels: 2,
        sampleRate: 16_000,
        blockAlign: 2 * bytes,
        bitsPerSample: 8 * bytes,
        byteRate: 32_000 * bytes,
        dataOffset: isExtensible ? 68 : 44,
        dataBytes: 32_000 * bytes,
        missingBytes: 0,
        durationMs: 1000,
      });
    }
  });

  it.each<[string, WavLayout, Partial<WavInfo>]>([
    ['chunks before the format', { before: Buffer.concat([list, riffChunk('JUNK', Buffer.alloc(27))]) }, {}],
    ['chunks of odd length before the samples', { between: riffChunk('fact', Buffer.alloc(3)) }, {}],
    ['chunks after the samples', { after: list }, {}],
    ['a length that a stream never wrote', { dataBytes: 0xffffffff, riffBytes: 0xffffffff }, {}],
    ['lengths of a stream that are all 0', { dataBytes: 0, riffBytes: 0 }, {}],
    ['more samples announced than are there', { dataBytes: 9000 }, { missingBytes: 1000 }],
    ['fewer samples announced than are there', { dataBytes: 4000 }, { dataBytes: 4000, durationMs: 500 }],
    ['no samples before another chunk', { dataBytes: 0, after: list }, { dataBytes: 0, durationMs: 0 }],
    ['a byte rate that is wrong', { byteRate: 1 }, {}],
    ['a byte rate of 0', { byteRate: 0 }, {}],
    [
      'an unknown codec by its byte rate',
      { tag: 0x31, byteRate: 1625, blockAlign: 65 },
      { codec: 'wav-49', durationMs: 4923 },
    ],
    ['channels that cannot be', { channels: 0, blockAlign: 0, byteRate: 8000 }, { channels: 0, durationMs: 1000 }],
    ['a rate that cannot be', { sampleRate: 0, byteRate: 8000 }, { sampleRate: 0, durationMs: 1000 }],
  ])('copes with %s', async (_name, layout, expected) => {
    expect(await infoOf(wavAround(second, layout))).toMatchObject({
      dataBytes: 8000,
      missingBytes: 0,
      durationMs: 1000,
      ...expected,
    });
  });

  it('counts whole frames only', async () => {
    const info = await infoOf(wavAround(Buffer.alloc(32_003), { codec: 'pcm16', channels: 2 }));
    expect(info).toMatchObject({ dataBytes: 32_003, durationMs: 1000 });
  });

  const wave = (...chunks: Buffer[]): Buffer => riffChunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a short file', Buffer.from('RIFF')],
    ['text', Buffer.from('What is said is not what is meant.')],
    ['another kind of RIFF', riffChunk('RIFF', Buffer.concat([Buffer.from('AVI '), list]))],
    ['a file without a format', wave(riffChunk('data', second))],
    ['a file whose format comes too late', wave(riffChunk('data', second), wavAround(second).subarray(12, 36))],
    ['a file without samples', wavAround(second).subarray(0, 36)],
    ['a format of no bytes', wave(riffChunk('fmt ', Buffer.alloc(0)), riffChunk('data', second))],
    ['a format that is cut short', wave(riffChunk('fmt ', Buffer.alloc(14)), riffChunk('data', second))],
    ['a file of unknown length', wavAround(second, { tag: 0x31, byteRate: 0 })],
    ['a chunk that ends beyond the file', wave(riffChunk('JUNK', second, 0xfffffff0), riffChunk('data', second))],
    [
      'more chunks than anybody writes',
      wave(...Array.from({ length: 65 }, () => list), wavAround(second).subarray(12)),
    ],
  ])('refuses %s', async (_name, bytes) => {
    expect(await infoOf(bytes)).toBeUndefined();
  });
});
