/**
 * The speech server as something to operate: how it starts, whom it lets in, how it ends.
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { modelFolder, speechModelOf, vadModel, vocabulary } from '../../src/speech-server/models.ts';
import { encodeWav } from '../audio/encode.ts';
import { spokenCalls } from '../audio/fixtures.ts';
import {
  postAudio,
  startInVain,
  startSpeechServerProcess,
  type SpeechServerProcess,
  transcribed,
} from './speech-server.ts';

const API_KEY = 'an-api-key';
const silence = encodeWav([new Float32Array(8000)]);
/** Takes the engine about three seconds. */
const call = (): Promise<Buffer> => readFile(spokenCalls.call1.stereo);

/** Half a second. */
const startOfCall = async (): Promise<Buffer> => (await call()).subarray(0, 120_044);

const withKey = { headers: { authorization: `Bearer ${API_KEY}` } };

const inside = async ({ url }: SpeechServerProcess): Promise<unknown> => (await fetch(new URL('/readyz', url))).json();

/** Files of the process that lie in `folder`, also those without a name. Only Linux tells. */
const openFiles = ({ pid }: SpeechServerProcess, folder: string): readonly string[] =>
  readdirSync(`/proc/${pid}/fd`)
    .map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    })
    .filter((path) => path.startsWith(folder));

describe('at its start', () => {
  let folder: string;
  const { encoder, decoder } = speechModelOf('moonshine-tiny-en');
  const files = [encoder, decoder, vadModel, vocabulary];

  /** A folder with the models as links, so that one of them can be another. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callscribe-models-test-'));
    for (const { name } of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await symlink(join(modelFolder(process.env), name), join(folder, name));
    }
  });

  afterAll(() => rm(folder, { recursive: true }));

  const startWithout = async (name: string, content?: string) => {
    const path = join(folder, name);
    await rm(path);
    if (content !== undefined) await writeFile(path, content);
    const outcome = await startInVain(['--model-dir', folder]);
    await rm(path, { force: true });
    await symlink(join(modelFolder(process.env), name), path);
    return outcome;
  };

  it.each(files.map(({ name }) => name))('says that a model is missing: %s', async (name) => {
    const { exit, log } = await startWithout(name);
    expect(exit).toBe(1);
    expect(log).toMatchObject([
      {
        level: 'fatal',
        err: { code: 'CSC_MODEL_MISSING', message: `${join(folder, name)} is not there` },
        remedy: expect.stringContaining('npm run models') as string,
      },
    ]);
  });

  it('says that a model is corrupt', async () => {
    const { exit, log } = await startWithout(encoder.name, 'what a full disk left of it');
    expect(exit).toBe(1);
    expect(log).toMatchObject([{ level: 'fatal', err: { code: 'CSC_MODEL_CORRUPT' } }]);
    expect(JSON.stringify(log)).toContain(encoder.sha256);
  });

  it('says which models there are', async () => {
    const { exit, log } = await startInVain(['--model=whisper']);
    expect(exit).toBe(2);
    expect(log).toMatchObject([
      { err: { code: 'CSC_SPEC_INVALID', message: expect.stringContaining('moonshine-tiny-en') as string } },
    ]);
  });

  it.each([
    ['a port that is none', ['--port=70000'], {}],
    ['a key that is empty', [], { CALLSCRIBE_API_KEY: '' }],
    ['a flag that is none', ['--languages=de'], {}],
  ])('refuses %s', async (_name, flags, env) => {
    expect((await startInVain(flags, env)).exit).toBe(2);
  });
});

describe('while it runs', () => {
  let folder: string;
  let server: SpeechServerProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callscribe-uploads-test-'));
    server = await startSpeechServerProcess(['--max-queue=1'], {
      // What Kubernetes sets where a Service is named callscribe must not be taken for a flag.
      env: { CALLSCRIBE_API_KEY: API_KEY, TMPDIR: folder, CALLSCRIBE_PORT: 'tcp://10.0.0.1:9900' },
    });
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('lets in who has the key', async () => {
    expect((await postAudio(server.url, silence)).status).toBe(401);
    expect((await postAudio(server.url, silence, { headers: { authorization: 'Bearer another-key' } })).status).toBe(
      401,
    );
    expect((await postAudio(server.url, silence, withKey)).status).toBe(200);
  });

  it('refuses what is no audio', async () => {
    const answer = await postAudio(server.url, Buffer.from('OggS, or something else'), withKey);
    expect([answer.status, await answer.json()]).toMatchObject([415, { error: { code: 'unsupported_audio' } }]);
  });

  it('refuses more than it has places for, and serves those who have one', async () => {
    const audio = await startOfCall();
    const answers = await Promise.all(Array.from({ length: 4 }, () => postAudio(server.url, audio, withKey)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 429, 429]);
    for (const answer of answers.filter(({ status }) => status === 429)) {
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(await answer.json()).toMatchObject({ error: { code: 'queue_full' } });
    }
  });

  it('stops working for clients that went away, and keeps nothing of theirs', async () => {
    const client = new AbortController();
    const audio = await call();
    const gone = Array.from({ length: 2 }, () => postAudio(server.url, audio, { ...withKey, signal: client.signal }));
    await vi.waitFor(async () => expect(await inside(server)).toEqual({ inside: 2 }));
    await vi.waitFor(() => expect(openFiles(server, folder)).toHaveLength(2));
    // Without a name already, so that not even SIGKILL leaves them behind.
    expect(await readdir(folder)).toEqual([]);
    const startMs = performance.now();
    client.abort();
    await Promise.allSettled(gone);
    await vi.waitFor(async () => expect(await inside(server)).toEqual({ inside: 0 }), { timeout: 5000 });
    await vi.waitFor(() => expect(openFiles(server, folder)).toEqual([]));
    expect((await postAudio(server.url, silence, withKey)).status).toBe(200);
    const statuses = () => server.log.filter(({ msg }) => msg === 'request').map(({ status }) => status);
    await vi.waitFor(() => expect(statuses().slice(-3)).toEqual([499, 499, 200]));
    process.stdout.write(
      `    two calls of gone clients were dropped within ${Math.round(performance.now() - startMs)} ms\n`,
    );
  });

  it('logs neither the key nor what was said', () => {
    const log = JSON.stringify(server.log);
    expect(log).not.toContain(API_KEY);
    expect(log).not.toMatch(/morning|insurance/i);
  });
});

describe('at its end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('answers those who wait and exits with 0 on %s', async (signal) => {
    const server = await startSpeechServerProcess();
    const start = await startOfCall();
    const answers = Promise.all([transcribed(server.url, start), transcribed(server.url, start)]);
    await vi.waitFor(async () => expect(await inside(server)).toEqual({ inside: 2 }));
    process.kill(server.pid, signal);
    const [first, second] = await answers;
    expect(first?.length).toBeGreaterThan(0);
    expect(second).toEqual(first);
    expect(await server.ended).toBe(0);
  });

  it('gives work back that it cannot finish in time', async () => {
    const server = await startSpeechServerProcess(['--shutdown-grace-seconds=0']);
    const answer = postAudio(server.url, await call());
    await vi.waitFor(async () => expect(await inside(server)).toEqual({ inside: 1 }));
    process.kill(server.pid, 'SIGTERM');
    expect((await answer).status).toBe(503);
    expect(await server.ended).toBe(0);
  });
});

describe('on a disk that is full', () => {
  it('answers, and goes on', async () => {
    const server = await startSpeechServerProcess();
    // Of any file that it writes.
    await promisify(execFile)('prlimit', [`--pid=${server.pid}`, '--fsize=100000']);
    const answer = await postAudio(server.url, await call());
    expect([answer.status, await answer.json()]).toMatchObject([500, { error: { code: 'storage_failed' } }]);
    expect((await postAudio(server.url, silence)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});
