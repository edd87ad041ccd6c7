import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTCPServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { Agent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Audio } from '../../types.ts';
import { createGenericTranscriber, type GenericOptions } from './generic.ts';

const KEY = 'k-5';
const RESULT = { speakerLabel: 'speaker_0', transcript: 'Hello?', startTimeMs: 120, endTimeMs: 900 };
const content = Buffer.alloc(700_001, 'audio');

let folder = '';
let audio: Audio;
const dispatcher = new Agent({ connectTimeout: 2000 });
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callscribe-generic-'));
  const path = join(folder, 'a.wav');
  await writeFile(path, content);
  audio = {
    path,
    bytes: content.length,
    contentType: 'audio/wav',
    codec: 'mulaw',
    channels: 2,
    sampleRate: 8000,
    durationMs: 60_000,
    sha256: '',
  };
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(async () => {
  await dispatcher.close();
  await rm(folder, { recursive: true });
});

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/transcribe`;
};

const swallow = async (request: IncomingMessage): Promise<void> => {
  request.resume();
  await once(request, 'end');
};

interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const reply = (response: ServerResponse, { status, headers = {}, body = '' }: Reply): void => {
  response.writeHead(status, headers).end(body);
};

/** Takes the whole request, then answers. */
const answering = (answer: Reply): Promise<string> =>
  serve((request, response) => {
    void swallow(request).then(() => reply(response, answer));
  });

const transcriber = (url: string, more: Partial<GenericOptions> = {}) =>
  createGenericTranscriber({
    readSecret: async () => ({ url, apiKey: KEY }),
    language: 'en-US',
    model: 'phone_call',
    speakers: 2,
    timeoutSeconds: 5,
    dispatcher,
    clock: { now: () => Date.UTC(2026, 10, 24) },
    inFlight: pLimit(2),
    ...more,
  });

const never = (): AbortSignal => new AbortController().signal;

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer<ArrayBuffer>;
}

const receive = async (request: IncomingMessage): Promise<Received> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return { headers: request.headers, body: Buffer.concat(chunks) };
};

describe('the request', () => {
  it('carries the file and the configuration, with its exact length', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<Received>();
    const url = await serve((request, response) => {
      void receive(request).then((received) => {
        resolve(received);
        reply(response, { status: 200, body: JSON.stringify({ results: [RESULT] }) });
      }, reject);
    });
    await expect(transcriber(url)(audio, never())).resolves.toEqual({
      utterances: [{ speaker: 'speaker_0', startMs: 120, endMs: 900, text: 'Hello?' }],
      usage: {},
    });
    const { headers, body } = await promise;
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(headers['transfer-encoding']).toBeUndefined();
    expect(Number(headers['content-length'])).toBe(body.length);
    expect(body.toString('latin1')).toContain('name="config"\r\nContent-Type: application/json\r\n');
    // The parser of the platform, which knows nothing of the writer.
    const form = await new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
    expect(JSON.parse(form.get('config') as string)).toEqual({
      languageCode: 'en-US',
      enableSpeakerDiarization: true,
      diarizationSpeakerCount: 2,
      model: 'phone_call',
    });
    const file = form.get('audio') as File;
    expect(file).toMatchObject({ name: 'audio.wav', type: 'audio/wav' });
    expect(Buffer.from(await file.arrayBuffer()).equals(content)).toBe(true);
  });

  it('has no Authorization without a key', async () => {
    let authorization: string | undefined = 'not asked';
    const url = await serve((request, response) => {
      authorization = request.headers.authorization;
      void swallow(request).then(() => reply(response, { status: 200, body: '{"results":[]}' }));
    });
    await transcriber(url, { readSecret: async () => ({ url }) })(audio, never());
    expect(authorization).toBeUndefined();
  });

  it('waits for its turn', async () => {
    let most = 0;
    let now = 0;
    const url = await serve((request, response) => {
      now += 1;
      most = Math.max(most, now);
      void swallow(request).then(() => {
        now -= 1;
        reply(response, { status: 200, body: '{"results":[]}' });
      });
    });
    const transcribe = transcriber(url, { inFlight: pLimit(1) });
    await Promise.all([1, 2, 3].map(() => transcribe(audio, never())));
    expect(most).toBe(1);
  });
});

describe('an answer that is no success', () => {
  it.each<[Reply, object]>([
    [
      { status: 400, body: '{"message":"bad model"}' },
      { code: 'CSC_STT_REJECTED', message: 'the speech service answered 400: bad model' },
    ],
    [
      { status: 422, body: `{"error":"no ${KEY}"}` },
      { code: 'CSC_STT_REJECTED', message: 'the speech service answered 422: no ***' },
    ],
    [{ status: 404 }, { code: 'CSC_STT_REJECTED', message: 'the speech service answered 404' }],
    [
      { status: 301, headers: { location: 'http://127.0.0.1:1/' } },
      { code: 'CSC_STT_REJECTED', status: 301 },
    ],
    [{ status: 403 }, { code: 'CSC_STT_AUTH', retryable: false }],
    [{ status: 408 }, { code: 'CSC_STT_UNAVAILABLE', retryable: true }],
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { code: 'CSC_STT_RATE_LIMITED', retryAfterMs: 7000, retryable: true },
    ],
    [{ status: 429 }, { code: 'CSC_STT_RATE_LIMITED', retryAfterMs: undefined }],
    [{ status: 500 }, { code: 'CSC_STT_UNAVAILABLE', retryable: true, charge: 'none' }],
    [
      { status: 503, headers: { 'retry-after': 'Tue, 24 Nov 2026 00:00:30 GMT' } },
      { code: 'CSC_STT_UNAVAILABLE', retryAfterMs: 30_000 },
    ],
    [
      { status: 200, body: 'OK' },
      { code: 'CSC_STT_PROTOCOL', charge: 'full' },
    ],
    [{ status: 204 }, { code: 'CSC_STT_PROTOCOL', charge: 'full' }],
  ])('%j', async (answer, error) => {
    const url = await answering(answer);
    await expect(transcriber(url)(audio, never())).rejects.toMatchObject(error);
  });

  it('may come before the request was read', async () => {
    const url = await serve((_request, response) => reply(response, { status: 413, body: '{"message":"too large"}' }));
    await expect(transcriber(url)(audio, never())).rejects.toMatchObject({ code: 'CSC_STT_REJECTED', status: 413 });
  });
});

describe('a refused key', () => {
  const rotating = async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      const status = request.headers.authorization === 'Bearer new' ? 200 : 401;
      void swallow(request).then(() => reply(response, { status, body: '{"results":[]}' }));
    });
    return { url, seen };
  };

  it('is read again once, and the new one is kept', async () => {
    const { url, seen } = await rotating();
    const keys = ['old', 'new'];
    const transcribe = transcriber(url, { readSecret: async () => ({ url, apiKey: keys.shift() }) });
    await transcribe(audio, never());
    await transcribe(audio, never());
    expect(seen).toEqual(['Bearer old', 'Bearer new', 'Bearer new']);
  });

  it('fails when the key that was read again is refused, too', async () => {
    const { url, seen } = await rotating();
    await expect(transcriber(url)(audio, never())).rejects.toMatchObject({ code: 'CSC_STT_AUTH', charge: 'none' });
    expect(seen).toHaveLength(2);
  });
});

describe('no answer', () => {
  it('because nobody listens: nothing was sent, nothing is paid', async () => {
    const server = createTCPServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await expect(transcriber(`http://127.0.0.1:${port}/`)(audio, never())).rejects.toMatchObject({
      code: 'CSC_STT_UNAVAILABLE',
      charge: 'none',
      message: 'the speech service was not reached: ECONNREFUSED',
    });
  });

  it('because the name does not resolve, or TLS is not spoken there', async () => {
    const tls = (await answering({ status: 200 })).replace('http:', 'https:');
    for (const url of ['http://no-such-host.invalid/', tls]) {
      await expect(transcriber(url)(audio, never())).rejects.toMatchObject({ code: 'CSC_STT_UNAVAILABLE' });
    }
  });

  it('because the connection broke after the audio: it may be billed', async () => {
    const url = await serve((request) => {
      void swallow(request).then(() => request.socket.destroy());
    });
    await expect(transcriber(url)(audio, never())).rejects.toMatchObject({
      code: 'CSC_STT_CONNECTION_LOST',
      charge: 'unknown',
      retryable: true,
    });
  });

  it('because the connection broke within the answer: it may be billed', async () => {
    const url = await serve((request, response) => {
      void swallow(request).then(() => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"results":', () => request.socket.destroy());
      });
    });
    await expect(transcriber(url)(audio, never())).rejects.toMatchObject({ code: 'CSC_STT_CONNECTION_LOST' });
  });

  it.each([
    ['before the first byte', false],
    ['within the answer', true],
  ])('because the time is over %s: it may be billed', async (_name, begins) => {
    const url = await serve((request, response) => {
      void swallow(request).then(() => begins && response.writeHead(200).write('{'));
    });
    const transcribe = transcriber(url, { timeoutSeconds: 0.2 });
    await expect(transcribe(audio, never())).rejects.toMatchObject({
      code: 'CSC_STT_TIMEOUT',
      charge: 'unknown',
      message: 'the speech service did not answer within 200 ms',
    });
  });

  it('because it is endless', async () => {
    const url = await serve((request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const more = (): void => {
        while (response.write(chunk));
      };
      response.on('drain', more).on('error', () => {});
      void swallow(request).then(more);
    });
    await expect(transcriber(url)(audio, never())).rejects.toMatchObject({ code: 'CSC_STT_PROTOCOL' });
  });

  it('because the run is over: rejects with its reason, and hangs up', async () => {
    const controller = new AbortController();
    const reason = new Error('over');
    const { promise: hungUp, resolve } = Promise.withResolvers<void>();
    const url = await serve((request) => {
      request.socket.once('close', () => resolve());
      void swallow(request).then(() => controller.abort(reason));
    });
    await expect(transcriber(url)(audio, controller.signal)).rejects.toBe(reason);
    await hungUp;
  });
});
