import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestOutcome } from './routes.ts';
import { type SpeechServer, startSpeechServer } from './server.ts';
import { createTestEngine, openUploads, type TestEngine } from './test-engine.ts';

const API_KEY = 's3cret';
const MAX_AUDIO_BYTES = 200_000;
const CONFIG = {
  languageCode: 'en-US',
  enableSpeakerDiarization: true,
  diarizationSpeakerCount: 2,
  model: 'phone_call',
};

let engine: TestEngine;
let server: SpeechServer;
let outcomes: RequestOutcome[];
let troubles: string[];

beforeEach(async () => {
  [outcomes, troubles] = [[], []];
  engine = createTestEngine();
  server = await startSpeechServer({
    port: 0,
    host: '127.0.0.1',
    startEngine: engine.start,
    maxQueue: 1,
    apiKey: API_KEY,
    maxAudioBytes: MAX_AUDIO_BYTES,
    onRequest: (outcome) => outcomes.push(outcome),
    onTrouble: (message) => troubles.push(message),
  });
});

afterEach(async () => {
  await server.close(0);
  expect(openUploads()).toBe(0);
});

type Body = NonNullable<RequestInit['body']>;

const file = (text: string): File => new File([text], 'call.wav', { type: 'audio/wav' });

const formOf = (parts: Readonly<Record<string, string | File>>): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(parts)) form.append(name, value);
  return form;
};

const upload = (text: string, config: object = CONFIG): FormData =>
  formOf({ config: JSON.stringify(config), audio: file(text) });

const post = (body: Body, init: RequestInit = {}): Promise<Response> =>
  fetch(server.url, { method: 'POST', headers: { authorization: `Bearer ${API_KEY}` }, body, ...init });

const result = (transcript: string) => ({
  results: [{ speakerLabel: 'speaker_0', transcript, startTimeMs: 0, endTimeMs: 900, channel: 0 }],
});

const refusal = (code: string) => ({ error: { code, message: expect.any(String) as string } });

const health = async (path: string): Promise<readonly [number, unknown]> => {
  const answer = await fetch(new URL(path, server.url));
  return [answer.status, await answer.json()];
};

/** Waits until so many requests are inside. */
const untilInside = (inside: number): Promise<void> =>
  vi.waitFor(async () => expect(await health('/healthz')).toEqual([200, { inside }]), { interval: 10 });

describe('POST /v1/transcribe', () => {
  it('answers with the results, as JSON', async () => {
    const answer = await post(upload('say Hello?'));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(0);
    expect(await answer.json()).toEqual(result('Hello?'));
    await vi.waitFor(() => expect(outcomes).toMatchObject([{ status: 200, audioMs: 1000 }]));
  });

  it.each([
    ['the audio first', () => formOf({ audio: file('say Hello?'), config: JSON.stringify(CONFIG) })],
    [
      'the configuration as a file',
      () => formOf({ config: new File([JSON.stringify(CONFIG)], 'c.json'), audio: file('say Hello?') }),
    ],
    [
      'parts that nobody asked for',
      () => formOf({ more: 'x', also: file('y'), config: JSON.stringify(CONFIG), audio: file('say Hello?') }),
    ],
    ['nothing but the language', () => upload('say Hello?', { languageCode: 'en' })],
  ])('takes %s', async (_name, form) => {
    expect(await (await post(form())).json()).toEqual(result('Hello?'));
  });

  it.each<[string, number, string, () => Body]>([
    ['a body that is no form', 400, 'malformed', () => JSON.stringify(CONFIG)],
    ['no audio', 400, 'malformed', () => formOf({ config: JSON.stringify(CONFIG) })],
    ['audio that is no file', 400, 'malformed', () => formOf({ config: JSON.stringify(CONFIG), audio: 'say Hello?' })],
    ['no configuration', 400, 'malformed', () => formOf({ audio: file('say Hello?') })],
    ['a configuration that is no JSON', 400, 'malformed', () => formOf({ config: 'en-US', audio: file('say Hello?') })],
    ['a configuration of null', 400, 'malformed', () => formOf({ config: 'null', audio: file('say Hello?') })],
    ['no language', 400, 'malformed', () => upload('say Hello?', {})],
    ['a language that is no text', 400, 'malformed', () => upload('say Hello?', { languageCode: 1 })],
    [
      'a configuration that is too long',
      400,
      'malformed',
      () => formOf({ config: `${JSON.stringify(CONFIG)}${' '.repeat(70_000)}x`, audio: file('say Hello?') }),
    ],
    [
      'a long configuration as a file',
      400,
      'malformed',
      () => formOf({ config: file('x'.repeat(150_000)), audio: file('say Hello?') }),
    ],
    ['another language', 422, 'unsupported_language', () => upload('say Hello?', { languageCode: 'de-DE' })],
    [
      'a language that only begins like English',
      422,
      'unsupported_language',
      () => upload('say Hello?', { languageCode: 'enm' }),
    ],
    ['audio that the engine does not know', 415, 'unsupported_audio', () => upload('refuse')],
    ['too much audio', 413, 'too_large', () => upload('x'.repeat(MAX_AUDIO_BYTES + 1))],
    ['far too much audio', 413, 'too_large', () => upload('x'.repeat(2 * MAX_AUDIO_BYTES))],
    ['audio that the engine fails on', 500, 'engine_failed', () => upload('fail')],
    ['audio that the engine crashes on', 500, 'engine_crashed', () => upload('exit')],
  ])('refuses %s', async (_name, status, code, body) => {
    const answer = await post(body());
    expect([answer.status, await answer.json()]).toEqual([status, refusal(code)]);
    await vi.waitFor(() => expect(outcomes).toMatchObject([{ status, code }]));
    expect(troubles).toHaveLength(status === 500 ? 1 : 0);
    // The next one is not the worse for it.
    expect(await (await post(upload('say Hello?'))).json()).toEqual(result('Hello?'));
  });

  it('refuses two files of audio instead of losing one', async () => {
    const form = upload('say Hello?');
    form.append('audio', file('say Goodbye.'));
    expect((await post(form)).status).toBe(400);
  });

  it('takes as much audio as it says', async () => {
    expect((await post(upload('say Hello?'.padEnd(MAX_AUDIO_BYTES)))).status).toBe(200);
  });

  it.each([
    ['no boundary', { 'content-type': 'multipart/form-data' }, 'x'],
    [
      'a form that breaks off',
      { 'content-type': 'multipart/form-data; boundary=b' },
      '--b\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\nsay',
    ],
    ['a long form that has no parts', { 'content-type': 'multipart/form-data; boundary=b' }, 'x'.repeat(150_000)],
  ])('answers, and does not hang up, where there is %s', async (_name, headers, body) => {
    const answer = await post(body, { headers: { ...headers, authorization: `Bearer ${API_KEY}` } });
    expect([answer.status, await answer.json()]).toEqual([400, refusal('malformed')]);
  });

  it('tells its owner, and not the client, why it cannot store audio', async () => {
    vi.stubEnv('TMPDIR', '/nowhere');
    const answer = await post(upload('say Hello?'));
    vi.unstubAllEnvs();
    expect([answer.status, await answer.json()]).toEqual([500, refusal('storage_failed')]);
    expect(troubles).toEqual([expect.stringMatching(/^the audio could not be stored: ENOENT.*\/nowhere/)]);
  });

  it('asks for the key', async () => {
    for (const headers of [undefined, { authorization: 'Bearer other' }]) {
      const answer = await post(upload('say Hello?'), headers ? { headers } : { headers: {} });
      expect([answer.status, await answer.json()]).toEqual([401, refusal('unauthorized')]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(engine.workers).toHaveLength(1);
  });

  it('takes no other method, and has no other path', async () => {
    expect((await fetch(server.url)).status).toBe(405);
    expect(await health('/v1/other')).toEqual([404, refusal('not_found')]);
  });
});

describe('the places', () => {
  it('are counted, and who finds none is told when to come again', async () => {
    const inside = ['hold one', 'hold two'].map((text) => post(upload(text)));
    await untilInside(2);
    const third = await post(upload('say three'));
    expect([third.status, await third.json()]).toEqual([429, refusal('queue_full')]);
    expect(third.headers.get('retry-after')).toBe('1');
    engine.openGate();
    const answers = await Promise.all(inside.map(async (answer) => (await answer).json()));
    expect(answers).toEqual([result('one'), result('two')]);
    expect(await (await post(upload('say four'))).json()).toEqual(result('four'));
  });

  it('are taken before the upload, so that a crowd cannot fill the disk', async () => {
    const slow = await Promise.all([beginUpload(), beginUpload()]);
    await untilInside(2);
    expect((await post(upload('say three'))).status).toBe(429);
    for (const socket of slow) socket.destroy();
    await untilInside(0);
    expect(openUploads()).toBe(0);
  });

  it('are given back by clients that go away, whether they wait or are worked on', async () => {
    const client = new AbortController();
    const inside = ['hold one', 'hold two'].map((text) => post(upload(text), { signal: client.signal }));
    await untilInside(2);
    client.abort();
    await Promise.allSettled(inside);
    await untilInside(0);
    expect(openUploads()).toBe(0);
    expect(await (await post(upload('say three'))).json()).toEqual(result('three'));
    expect(outcomes.map(({ status }) => status)).toEqual([499, 499, 200]);
  });

  it('are refused before the body is sent, where the client asks first', async () => {
    const inside = ['hold one', 'hold two'].map((text) => post(upload(text)));
    await untilInside(2);
    const refused = await beginUpload('Expect: 100-continue\r\n');
    expect(await firstLine(refused)).toBe('HTTP/1.1 429 Too Many Requests');
    refused.destroy();
    engine.openGate();
    await Promise.all(inside);
    const admitted = await beginUpload('Expect: 100-continue\r\n');
    expect(await firstLine(admitted)).toBe('HTTP/1.1 100 Continue');
    admitted.destroy();
    await untilInside(0);
  });
});

/** A connection with the head of an upload whose body does not come. */
const beginUpload = async (more = ''): Promise<Socket> => {
  const { hostname, port } = new URL(server.url);
  const socket = createConnection(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `POST /v1/transcribe HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${API_KEY}\r\n${more}` +
      'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000\r\n\r\n',
  );
  return socket;
};

const firstLine = async (socket: Socket): Promise<string | undefined> => {
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString().split('\r\n')[0];
};

describe('health', () => {
  it('is well from the start', async () => {
    expect(await health('/healthz')).toEqual([200, { inside: 0 }]);
    expect(await health('/readyz?verbose')).toEqual([200, { inside: 0 }]);
  });

  it('is not ready when the engine is gone, and says so to its owner', async () => {
    engine.begin = 'unavailable';
    expect((await post(upload('exit'))).status).toBe(500);
    await expect(server.broken).rejects.toMatchObject({ code: 'CSC_ENGINE_UNAVAILABLE' });
    expect(await health('/readyz')).toEqual([503, refusal('not_ready')]);
    expect((await post(upload('say Hello?'))).status).toBe(503);
  });
});

describe('close', () => {
  it('lets those inside have their answer, and takes no one new', async () => {
    const inside = post(upload('hold one'));
    await untilInside(1);
    const idle = await beginUpload();
    await untilInside(2);
    const closed = server.close(5000);
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
    idle.destroy();
    engine.openGate();
    const answer = await inside;
    expect(await answer.json()).toEqual(result('one'));
    await closed;
  });

  it('refuses new requests on connections that were open before', async () => {
    const inside = post(upload('hold one'));
    await untilInside(1);
    const open = await beginUpload();
    await untilInside(2);
    const closed = server.close(5000);
    // The request that was on its way is malformed; the next one on the same connection comes too late.
    open.write(`${'x'.repeat(5000)}GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n`);
    let text = '';
    for await (const chunk of open) text += String(chunk);
    expect(text).toContain('HTTP/1.1 400 Bad Request');
    expect(text.toLowerCase()).toContain('connection: close');
    engine.openGate();
    expect((await inside).status).toBe(200);
    await closed;
  });

  it('refuses what takes longer than the grace period', async () => {
    const inside = ['hold one', 'hold two'].map((text) => post(upload(text)));
    await untilInside(2);
    await server.close(50);
    for (const answer of await Promise.all(inside)) {
      expect([answer.status, await answer.json()]).toEqual([503, refusal('stopping')]);
      expect(answer.headers.get('retry-after')).toBe('5');
    }
  });

  it('does not wait for ever for a client that sends nothing', async () => {
    await beginUpload();
    await untilInside(1);
    await Promise.race([server.close(50), sleep(10_000).then(() => expect.unreachable())]);
  });
});

describe('startSpeechServer', () => {
  it('leaves no thread behind where the port is taken', async () => {
    const other = createTestEngine();
    const port = Number(new URL(server.url).port);
    const starting = startSpeechServer({ port, host: '127.0.0.1', startEngine: other.start, maxQueue: 1 });
    await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(other.workers.map(({ threadId }) => threadId)).toEqual([-1]);
  });

  it('does not start where it could not store audio', async () => {
    vi.stubEnv('TMPDIR', '/nowhere');
    const starting = startSpeechServer({ port: 0, startEngine: engine.start, maxQueue: 1 });
    await expect(starting).rejects.toMatchObject({ code: 'ENOENT' });
    vi.unstubAllEnvs();
  });

  it('asks for no key where it has none, and listens everywhere where it is not told', async () => {
    const other = await startSpeechServer({ port: 0, startEngine: engine.start, maxQueue: 1 });
    const answer = await fetch(other.url, { method: 'POST', body: upload('say Hello?') });
    expect(await answer.json()).toEqual(result('Hello?'));
    await other.close(0);
  });
});
