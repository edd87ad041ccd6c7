import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readWav } from '../../audio/wav.ts';
import { wavOf, type WavShape } from '../fetch/test-sounds.ts';
import type { Audio } from '../types.ts';
import { foldChannels } from './fold.ts';

let workDir = '';
beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'fold-'));
});
afterEach(() => rm(workDir, { recursive: true }));

const stored = async (shape: WavShape, more: Partial<Audio> = {}): Promise<Audio> => {
  const path = join(workDir, 'stereo');
  const bytes = wavOf(shape);
  await writeFile(path, bytes);
  const whole = { bytes: bytes.length, contentType: 'audio/wav', codec: 'mulaw', sampleRate: 8000, durationMs: 1000 };
  return { path, sha256: 'abc', channels: shape.channels ?? 1, ...whole, ...more };
};

/** `left right left right …`, more than is read at once. */
const FRAMES = 70_000;
const interleaved = (width: number): Buffer =>
  Buffer.from(
    Array.from({ length: FRAMES * 2 * width }, (_, at) => (Math.floor(at / width) % 2 === 0 ? 1 + (at % 120) : 0xee)),
  );

describe('foldChannels', () => {
  it.each([
    ['mu-law', { channels: 2, data: interleaved(1) }, 1],
    ['PCM', { tag: 1, bits: 16, channels: 2, data: interleaved(2) }, 2],
  ] as const)('takes the first channel of %s as it is', async (_name, shape, width) => {
    const audio = await stored(shape);
    const folded = await foldChannels(audio, workDir);
    expect(folded).toMatchObject({ channels: 1, foldedFrom: 2, sha256: 'abc', durationMs: 1000 });
    expect(folded.path).not.toBe(audio.path);
    const bytes = await readFile(folded.path);
    expect(bytes.length).toBe(folded.bytes);
    await using file = await open(folded.path, 'r');
    const info = await readWav(file);
    expect(info).toMatchObject({ channels: 1, blockAlign: width, sampleRate: 8000, dataBytes: FRAMES * width });
    expect(info?.durationMs).toBe(Math.round((FRAMES * 1000) / 8000));
    expect(bytes.includes(0xee, 44)).toBe(false);
  });

  it('leaves alone what it cannot take apart', async () => {
    const mono = await stored({ data: Buffer.alloc(100) });
    await expect(foldChannels(mono, workDir)).resolves.toBe(mono);
    const unknown = await stored({ tag: 0x31, channels: 2, data: Buffer.alloc(100) });
    await expect(foldChannels(unknown, workDir)).resolves.toBe(unknown);
    expect(await readdir(workDir)).toEqual(['stereo']);
  });
});
