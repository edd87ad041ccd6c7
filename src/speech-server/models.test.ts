import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, modelFolder, openModel, speechModelOf, vadModel, vocabulary } from './models.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callscribe-models-test-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('modelFolder', () => {
  it.each([
    [{ CALLSCRIBE_CACHE: '/cache' }, '/cache/models'],
    [{ CALLSCRIBE_CACHE: '/cache', XDG_CACHE_HOME: '/xdg' }, '/cache/models'],
    [{ XDG_CACHE_HOME: '/xdg' }, '/xdg/callscribe/models'],
    [{}, join(homedir(), '.cache/callscribe/models')],
  ])('follows %o', (env, expected) => {
    expect(modelFolder(env)).toBe(expected);
  });
});

describe('digestOf', () => {
  it('is the SHA-256 of a file, however long it is', async () => {
    const bytes = Buffer.alloc(200_000, 'callscribe');
    await writeFile(join(folder, 'file'), bytes);
    expect(await digestOf(join(folder, 'file'))).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('is nothing where there is no file, and an error where it cannot be read', async () => {
    expect(await digestOf(join(folder, 'file'))).toBeUndefined();
    await expect(digestOf(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

describe('openModel', () => {
  const { encoder, decoder } = speechModelOf('moonshine-tiny-en');
  const put = async (name: string): Promise<void> => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'not what it should be');
  };

  it('names the file that is missing', async () => {
    await expect(openModel(folder, 'moonshine-tiny-en')).rejects.toMatchObject({
      code: 'CSC_MODEL_MISSING',
      message: expect.stringContaining(folder) as string,
    });
  });

  it('names the file that is not what it should be', async () => {
    for (const { name } of [encoder, decoder, vadModel, vocabulary]) await put(name);
    await expect(openModel(folder, 'moonshine-tiny-en')).rejects.toMatchObject({
      code: 'CSC_MODEL_CORRUPT',
      message: expect.stringMatching(/ has SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}$/) as string,
    });
  });

  it.each(['whisper', '', '__proto__', 'constructor'])('tells what is known instead of %o', async (name) => {
    await expect(openModel(folder, name)).rejects.toMatchObject({
      code: 'CSC_SPEC_INVALID',
      message: `there is no model "${name}"; known are moonshine-tiny-en, moonshine-base-en`,
    });
  });
});
