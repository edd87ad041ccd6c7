/**
 * Fetching from a real HTTP server on the loopback interface into a real directory.
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallscribeError } from '../../errors.ts';
import { createDispatcher } from '../http/dispatcher.ts';
import { createEgressPolicy } from '../http/egress.ts';
import type { Recording } from '../types.ts';
import { chooseMedia, createFetch, type FetchOptions } from './fetch.ts';
import { mp3Of, wavOf } from './test-sounds.ts';
import { dispose, sweepWorkDir } from './work-dir.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const routes = new Map<string, Handler>();
const authorizations: (string | undefined)[] = [];
let server: ReturnType<typeof createServer>;
let origin = '';
let workDir = '';
let dispatcher: ReturnType<typeof createDispatcher>;

beforeEach(async () => {
  routes.clear();
  authorizations.length = 0;
  server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    const handler = routes.get((request.url ?? '').replace(/\?.*$/, ''));
    if (handler) handler(request, response);
    else response.writeHead(404).end('<Error/>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  workDir = await mkdtemp(join(tmpdir(), 'fetch-'));
  dispatcher = createDispatcher(createEgressPolicy({ allow: ['127.0.0.1'], only: false }));
});
afterEach(async () => {
  await dispatcher.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(workDir, { recursive: true });
});

const recordingOf = (uris: Readonly<Record<string, string>>): Recording => ({
  recordingId: 'r',
  conversation: { conversationId: 'c', startAtMs: 0, direction: 'outbound', divisionIds: [], participants: [] },
  startAtMs: 0,
  announcedDurationMs: 0,
  mediaUris: new Map(Object.entries(uris).map(([key, path]) => [key, `${origin}${path}?signature=s3cret`])),
});

const signal = new AbortController().signal;

const fetchOf = (options: Partial<FetchOptions> = {}) =>
  createFetch({
    dispatcher,
    workDir,
    clock: { now: () => 0 },
    relocate: async () => {
      throw new CallscribeError('CSC_MEDIA_NOT_FOUND', 'relocate was called');
    },
    confirm: async () => {
      throw new CallscribeError('CSC_INTERNAL', 'confirm was called');
    },
    accepts: (type) => type === 'audio/wav',
    onDetails: () => {},
    idleTimeoutMs: 2000,
    ...options,
  });

const serve = (path: string, bytes: Buffer): void => {
  routes.set(path, (_, response) => response.end(bytes));
};

const tone = (bytes: number, first = 0): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, index) => (first + index) % 251));

describe('createFetch', () => {
  it('saves, hashes and measures one file', async () => {
    const wav = wavOf({ channels: 2, data: tone(800_000) });
    serve('/a', wav);
    const audio = await fetchOf()(recordingOf({ 0: '/a' }), signal);
    expect(audio).toMatchObject({
      bytes: wav.length,
      contentType: 'audio/wav',
      codec: 'mulaw',
      channels: 2,
      sampleRate: 8000,
      durationMs: 50_000,
      sha256: createHash('sha256').update(wav).digest('hex'),
    });
    expect(await readFile(audio.path)).toEqual(wav);
    expect((await stat(audio.path)).mode & 0o777).toBe(0o600);
    expect(authorizations).toEqual([undefined]);
    await dispose(audio);
    await dispose(audio);
    expect(await readdir(workDir)).toEqual([]);
  });

  it('puts two mono files side by side, the shorter one ending in silence', async () => {
    serve('/0', wavOf({ data: Buffer.alloc(40_000, 1) }));
    serve('/1', wavOf({ data: Buffer.alloc(39_999, 2) }));
    const audio = await fetchOf()(recordingOf({ 1: '/1', 0: '/0' }), signal);
    expect(audio).toMatchObject({ channels: 2, codec: 'mulaw', durationMs: 5000, bytes: 44 + 80_000 });
    const bytes = await readFile(audio.path);
    const samples = bytes.subarray(44);
    expect(samples.subarray(0, 4)).toEqual(Buffer.from([1, 2, 1, 2]));
    expect(samples.subarray(-4)).toEqual(Buffer.from([1, 2, 1, 0xff]));
    expect(audio.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await readdir(workDir)).toHaveLength(1);
  });

  it('takes the first of several files where it has all channels', async () => {
    serve('/0', wavOf({ channels: 2, data: tone(1600) }));
    expect(await fetchOf()(recordingOf({ 0: '/0', 1: '/never' }), signal)).toMatchObject({
      channels: 2,
      durationMs: 100,
    });
  });

  it('follows redirects, each checked', async () => {
    serve('/real', wavOf({ data: tone(8000) }));
    routes.set('/moved', (_, response) => response.writeHead(302, { location: '/real?x=1' }).end());
    expect(await fetchOf()(recordingOf({ 0: '/moved' }), signal)).toMatchObject({ durationMs: 1000 });

    routes.set('/inside', (_, response) =>
      response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end(),
    );
    await expect(fetchOf()(recordingOf({ 0: '/inside' }), signal)).rejects.toMatchObject({ code: 'CSC_EGRESS_DENIED' });
    routes.set('/file', (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    await expect(fetchOf()(recordingOf({ 0: '/file' }), signal)).rejects.toMatchObject({ code: 'CSC_EGRESS_DENIED' });
    routes.set('/loop', (_, response) => response.writeHead(302, { location: '/loop' }).end());
    await expect(fetchOf()(recordingOf({ 0: '/loop' }), signal)).rejects.toMatchObject({
      code: 'CSC_MEDIA_UNAVAILABLE',
    });
    routes.set('/lost', (_, response) => response.writeHead(302).end());
    await expect(fetchOf()(recordingOf({ 0: '/lost' }), signal)).rejects.toMatchObject({
      code: 'CSC_MEDIA_UNAVAILABLE',
    });
  });

  it.each([403, 401, 400, 404])('asks once for a fresh address after %d', async (status) => {
    routes.set('/stale', (_, response) => response.writeHead(status).end('<Error/>'));
    serve('/fresh', wavOf({ data: tone(8000) }));
    let asked = 0;
    const relocate = async () => {
      asked += 1;
      return recordingOf({ 0: '/fresh' });
    };
    expect(await fetchOf({ relocate })(recordingOf({ 0: '/stale' }), signal)).toMatchObject({ durationMs: 1000 });
    expect(asked).toBe(1);
  });

  it('gives up when the fresh address is refused, too', async () => {
    routes.set('/stale', (_, response) => response.writeHead(403).end());
    const relocate = async () => recordingOf({ 0: '/stale' });
    const failure = fetchOf({ relocate })(recordingOf({ 0: '/stale' }), signal);
    await expect(failure).rejects.toMatchObject({ code: 'CSC_MEDIA_DENIED', status: 403 });
    await expect(failure).rejects.not.toThrow(/s3cret|stale/);
  });

  it('asks for addresses where there are none, and uses an attempt where there are none in time', async () => {
    serve('/fresh', wavOf({ data: tone(8000) }));
    const relocate = async () => recordingOf({ S: '/fresh', 0: '/never' });
    expect(await fetchOf({ relocate })(recordingOf({}), signal)).toMatchObject({ durationMs: 1000 });
    const late = async () => {
      throw new CallscribeError('CSC_RECORDING_NOT_READY', 'no');
    };
    await expect(fetchOf({ relocate: late })(recordingOf({}), signal)).rejects.toMatchObject({
      code: 'CSC_MEDIA_DENIED',
    });
  });

  const cut: Handler = (_, response) => {
    response.writeHead(200, { 'content-length': '9000' });
    response.write(wavOf({ data: tone(4000) }), () => response.destroy());
  };
  const cutChunked: Handler = (_, response) => response.write(tone(4000), () => response.destroy());

  it.each<[string, Handler, string, Partial<FetchOptions>]>([
    ['fewer bytes than announced', cut, 'CSC_MEDIA_TRUNCATED', {}],
    ['a stream that breaks', cutChunked, 'CSC_MEDIA_TRUNCATED', {}],
    ['nothing at all', (_, response) => response.end(), 'CSC_MEDIA_EMPTY', {}],
    [
      'an error document',
      (_, response) => response.end('<Error><Code>SlowDown</Code></Error>'),
      'CSC_MEDIA_UNSUPPORTED',
      {},
    ],
    ['too much, announced', (_, response) => response.end(tone(5000)), 'CSC_MEDIA_TOO_LARGE', { maxBytes: 4999 }],
    [
      'too much, not announced',
      (_, r) => {
        r.write(tone(3000));
        r.end(tone(3000));
      },
      'CSC_MEDIA_TOO_LARGE',
      { maxBytes: 4999 },
    ],
    ['a failure', (_, response) => response.writeHead(503, { 'retry-after': '3' }).end(), 'CSC_MEDIA_UNAVAILABLE', {}],
    ['a broken connection', (request) => request.socket.destroy(), 'CSC_MEDIA_UNAVAILABLE', {}],
    ['silence', () => {}, 'CSC_MEDIA_UNAVAILABLE', { idleTimeoutMs: 200 }],
  ])('leaves no file behind after %s', async (_, handler, code, options) => {
    routes.set('/x', handler);
    await expect(fetchOf(options)(recordingOf({ 0: '/x' }), signal)).rejects.toMatchObject({ code });
    expect(await readdir(workDir)).toEqual([]);
  });

  it('tells how long a busy host wants to be left alone', async () => {
    routes.set('/x', (_, response) => response.writeHead(503, { 'retry-after': '3' }).end());
    await expect(fetchOf()(recordingOf({ 0: '/x' }), signal)).rejects.toMatchObject({ retryAfterMs: 3000 });
  });

  it('does not join what does not fit', async () => {
    serve('/0', wavOf({ data: tone(8000) }));
    serve('/1', wavOf({ data: tone(8000), sampleRate: 16_000 }));
    serve('/mp3', mp3Of(10));
    const mono = { code: 'CSC_MEDIA_UNSUPPORTED' };
    await expect(fetchOf()(recordingOf({ 0: '/0', 1: '/1' }), signal)).rejects.toMatchObject(mono);
    await expect(fetchOf()(recordingOf({ 0: '/0', 1: '/mp3' }), signal)).rejects.toMatchObject(mono);
    await expect(fetchOf()(recordingOf({ 0: '/0', 1: '/1', 2: '/1' }), signal)).rejects.toMatchObject(mono);
    expect(await readdir(workDir)).toEqual([]);
  });

  it('ends with the reason of the signal, without a file', async () => {
    const abort = new AbortController();
    routes.set('/slow', (_, response) => {
      response.write(tone(1000));
      setTimeout(() => abort.abort(new Error('cancelled')), 30);
    });
    await expect(fetchOf()(recordingOf({ 0: '/slow' }), abort.signal)).rejects.toThrow('cancelled');
    expect(await readdir(workDir)).toEqual([]);
  });

  it('calls a fault of the disk by its name', async () => {
    serve('/a', wavOf({ data: tone(8000) }));
    const file = join(workDir, 'occupied');
    await writeFile(file, '');
    await expect(fetchOf({ workDir: file })(recordingOf({ 0: '/a' }), signal)).rejects.toMatchObject({
      code: 'CSC_INTERNAL',
    });
  });
});

describe('chooseMedia', () => {
  it.each([
    [{ S: 's', 0: 'a', 1: 'b' }, ['s']],
    [{ 10: 'k', 1: 'b', 0: 'a' }, ['a', 'b', 'k']],
    [{}, []],
  ])('%j', (uris, expected) => {
    expect(chooseMedia(new Map(Object.entries(uris)))).toEqual(expected);
  });
});

describe('sweepWorkDir', () => {
  it('removes what ended processes and earlier ones with our number left, and nothing else', async () => {
    serve('/a', wavOf({ data: tone(8000) }));
    await fetchOf()(recordingOf({ 0: '/a' }), signal);
    const kept = ['somebody-elses', `callscribe-audio-${process.ppid}-of-a-running-process`];
    // Process numbers end at 2^22 on Linux.
    for (const name of [...kept, 'callscribe-audio-4194305-of-an-ended-process']) {
      await writeFile(join(workDir, name), '');
    }
    expect(await sweepWorkDir(workDir)).toBe(2);
    expect(await readdir(workDir)).toEqual(kept.toSorted());
    expect(await sweepWorkDir(join(workDir, 'missing'))).toBe(0);
  });
});

describe('a recording of which nothing but its address is known', () => {
  const brief = (path: string): Recording => ({ ...recordingOf({ S: path }), isBrief: true });
  const details: Recording[] = [];
  const fetchBrief = (more: Partial<FetchOptions>) =>
    fetchOf({ onDetails: (_, fuller) => void details.push(fuller), ...more })(brief('/a'), signal);

  beforeEach(() => details.splice(0));

  it('needs no more where its file has both channels', async () => {
    serve('/a', wavOf({ channels: 2, data: tone(1600) }));
    expect(await fetchBrief({})).toMatchObject({ channels: 2 });
    expect(details).toEqual([]);
  });

  it('is confirmed where its file has one', async () => {
    serve('/a', wavOf({ data: tone(800) }));
    const fuller = { ...brief('/a'), startAtMs: 5000 };
    expect(await fetchBrief({ confirm: async () => fuller })).toMatchObject({ channels: 1 });
    expect(details).toEqual([fuller]);
    expect(await readdir(workDir)).toHaveLength(1);
  });

  it('gets its other side where that is in a second file', async () => {
    serve('/a', wavOf({ data: Buffer.alloc(800, 1) }));
    serve('/0', wavOf({ data: Buffer.alloc(800, 2) }));
    serve('/1', wavOf({ data: Buffer.alloc(800, 3) }));
    const audio = await fetchBrief({ confirm: async () => recordingOf({ 1: '/1', 0: '/0' }) });
    expect(audio.channels).toBe(2);
    expect((await readFile(audio.path)).subarray(44, 46)).toEqual(Buffer.from([2, 3]));
    expect(await readdir(workDir)).toHaveLength(1);
  });

  it('leaves nothing behind where it cannot be confirmed', async () => {
    serve('/a', wavOf({ data: tone(800) }));
    const confirm = async () => {
      throw new CallscribeError('CSC_GENESYS_UNAVAILABLE', 'away');
    };
    await expect(fetchBrief({ confirm })).rejects.toMatchObject({ code: 'CSC_GENESYS_UNAVAILABLE' });
    expect(await readdir(workDir)).toEqual([]);
  });

  it.each([
    ['a type that the speech service does not take', mp3Of(40)],
    ['something that nobody can read', Buffer.from('this is no audio at all, not even nearly')],
  ])('is transcoded where its file is %s', async (_, bytes) => {
    serve('/a', bytes);
    serve('/b', wavOf({ channels: 2, data: tone(1600) }));
    const relocate = async () => recordingOf({ S: '/b' });
    expect(await fetchBrief({ relocate })).toMatchObject({ contentType: 'audio/wav', channels: 2 });
    expect(await readdir(workDir)).toHaveLength(1);
  });

  it('is not asked for at an address that says that it has expired', async () => {
    serve('/b', wavOf({ channels: 2, data: tone(1600) }));
    const relocate = async () => recordingOf({ S: '/b' });
    const stale = { ...recordingOf({ S: '/never' }), urisExpireAtMs: 500 };
    expect(await fetchOf({ relocate })(stale, signal)).toMatchObject({ channels: 2 });
    expect(authorizations).toHaveLength(1);
  });
});
