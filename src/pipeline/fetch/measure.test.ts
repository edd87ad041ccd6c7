/**
 * @module
 */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measure, sniff, type Measured } from './measure.ts';
import { mp3Of, oggOpusOf, wavChunk, wavOf } from './test-sounds.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'measure-'));
});
afterAll(() => rm(folder, { recursive: true }));

const measured = async (bytes: Buffer): Promise<Measured> => {
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  await using file = await open(path, 'r');
  return await measure(path, file);
};

describe('measure', () => {
  it.each([
    ['mono mu-law', wavOf({ data: Buffer.alloc(12_345) }), { codec: 'mulaw', channels: 1, durationMs: 1543 }],
    [
      'stereo A-law',
      wavOf({ tag: 6, channels: 2, data: Buffer.alloc(16_000) }),
      { codec: 'alaw', channels: 2, durationMs: 1000 },
    ],
    [
      'stereo PCM of 16 kHz',
      wavOf({ tag: 1, channels: 2, bits: 16, sampleRate: 16_000, data: Buffer.alloc(96_000) }),
      { codec: 'pcm16', channels: 2, sampleRate: 16_000, durationMs: 1500 },
    ],
    [
      'a header that announces more than there is',
      wavOf({ data: Buffer.alloc(8000), announced: 0xffffffff }),
      { durationMs: 1000 },
    ],
    ['a header that is off by some blocks', wavOf({ data: Buffer.alloc(8000), announced: 8800 }), { durationMs: 1000 }],
    [
      'chunks of odd length before the samples',
      wavOf({ data: Buffer.alloc(8000), between: wavChunk('LIST', Buffer.alloc(27)) }),
      { durationMs: 1000 },
    ],
  ])('reads WAV: %s', async (_, bytes, expected) => {
    expect(await measured(bytes)).toMatchObject({ contentType: 'audio/wav', ...expected });
  });

  it('reads MP3', async () => {
    expect(await measured(mp3Of(100))).toEqual({
      contentType: 'audio/mpeg',
      codec: 'mp3',
      channels: 2,
      sampleRate: 44_100,
      durationMs: Math.round((100 * 1152 * 1000) / 44_100),
    });
  });

  it('reads Ogg Opus', async () => {
    expect(await measured(oggOpusOf(2500))).toEqual({
      contentType: 'audio/ogg',
      codec: 'opus',
      channels: 1,
      sampleRate: 48_000,
      durationMs: 2500,
    });
  });

  it.each([
    [
      'an error document',
      Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
      'CSC_MEDIA_UNSUPPORTED',
    ],
    ['JSON', Buffer.from('{"message":"no"}'), 'CSC_MEDIA_UNSUPPORTED'],
    ['two bytes', Buffer.from('RI'), 'CSC_MEDIA_UNSUPPORTED'],
    ['WAV without samples', wavOf({ data: Buffer.alloc(8000) }).subarray(0, 30), 'CSC_MEDIA_UNSUPPORTED'],
    [
      'a container without length',
      Buffer.from('\u001A\u0045\u00DF\u00A3rubbish rubbish rubbish', 'latin1'),
      'CSC_MEDIA_UNSUPPORTED',
    ],
    ['WAV with no sound', wavOf({ data: Buffer.alloc(0) }), 'CSC_MEDIA_EMPTY'],
    ['WAV that is nothing but its header', wavOf({ data: Buffer.alloc(8000) }).subarray(0, 44), 'CSC_MEDIA_EMPTY'],
    ['WAV that was cut off', wavOf({ data: Buffer.alloc(8000) }).subarray(0, 4044), 'CSC_MEDIA_INCOMPLETE'],
  ])('refuses %s', async (_, bytes, code) => {
    await expect(measured(bytes)).rejects.toMatchObject({ code });
  });
});

describe('sniff', () => {
  it.each([
    [Buffer.from('RIFF????WAVE'), 'audio/wav'],
    [Buffer.from('RIFF????AVI '), undefined],
    [Buffer.from('OggS'), 'audio/ogg'],
    [Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), 'audio/webm'],
    [Buffer.from('ID3'), 'audio/mpeg'],
    [Buffer.from([0xff, 0xfb]), 'audio/mpeg'],
    [Buffer.from([0xff, 0xf9]), undefined],
    [Buffer.from('fLaC'), 'audio/flac'],
    [Buffer.from('\0\0\0\u0018ftypM4A '), 'audio/mp4'],
    [Buffer.alloc(0), undefined],
  ])('%s is %s', (head, expected) => {
    expect(sniff(head)).toBe(expected);
  });
});
