import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { CallscribeError } from '../../errors.ts';
import { genesysInteraction, type GenesysRequest } from './genesys-interaction.ts';
import { httpDestination } from './http.ts';
import { transcriptOf } from './test-transcript.ts';

const NOW = Date.UTC(2026, 10, 24, 10);
const never = (): AbortSignal => new AbortController().signal;

const STATUSES: readonly (readonly [number, string, boolean])[] = [
  [302, 'CSC_DELIVERY_REJECTED', false],
  [400, 'CSC_DELIVERY_REJECTED', false],
  [403, 'CSC_DELIVERY_REJECTED', false],
  [404, 'CSC_DELIVERY_REJECTED', false],
  [409, 'CSC_DELIVERY_REJECTED', false],
  [422, 'CSC_DELIVERY_REJECTED', false],
  [401, 'CSC_DELIVERY_UNAVAILABLE', true],
  [408, 'CSC_DELIVERY_UNAVAILABLE', true],
  [425, 'CSC_DELIVERY_UNAVAILABLE', true],
  [429, 'CSC_DELIVERY_UNAVAILABLE', true],
  [500, 'CSC_DELIVERY_UNAVAILABLE', true],
  [503, 'CSC_DELIVERY_UNAVAILABLE', true],
];

describe('genesysInteraction', () => {
  const path = '/api/v2/interactions/transcripts';
  const destination = (request: GenesysRequest) => genesysInteraction({ request, path, now: () => NOW });

  it('posts through the client of Genesys Cloud', async () => {
    const calls: unknown[] = [];
    const receipt = await destination(async (...call) => {
      calls.push(call.slice(0, 3));
      return { status: 202 };
    }).deliver(transcriptOf(), never());
    expect(receipt).toEqual({ destination: 'genesysInteraction', status: 202, atMs: NOW });
    const content = [{ role: 'agent', text: 'Hello', start: 10, end: 20 }];
    const body = { interactionId: 'c-1', type: 'transcript', content, dateCreated: '2026-11-24T09:00:00.000Z' };
    expect(calls).toEqual([['POST', path, body]]);
  });

  it('sends nothing that breaks a rule', async () => {
    let asked = 0;
    const request: GenesysRequest = async () => {
      asked += 1;
      return { status: 202 };
    };
    const delivery = destination(request).deliver(transcriptOf({ conversationId: '' }), never());
    await expect(delivery).rejects.toMatchObject({ code: 'CSC_TRANSCRIPT_INVALID' });
    expect(asked).toBe(0);
  });

  const failing = (error: Error) =>
    destination(async () => {
      throw error;
    }).deliver(transcriptOf(), never());

  it.each(STATUSES)('takes a %i for %s', async (status, code, retryable) => {
    const error = new CallscribeError('CSC_GENESYS_BAD_REQUEST', 'POST was answered', { status, retryAfterMs: 5 });
    await expect(failing(error)).rejects.toMatchObject({ code, retryable, status, retryAfterMs: 5 });
  });

  it.each([
    ['no answer', new CallscribeError('CSC_GENESYS_UNAVAILABLE', 'ECONNRESET'), 'CSC_DELIVERY_UNAVAILABLE'],
    ['a refused login', new CallscribeError('CSC_GENESYS_AUTH', 'login', { status: 400 }), 'CSC_DELIVERY_UNAVAILABLE'],
    ['a refused host', new CallscribeError('CSC_EGRESS_DENIED', 'loopback'), 'CSC_EGRESS_DENIED'],
    ['a missing Secret', new CallscribeError('CSC_SECRET_NOT_FOUND', 'none'), 'CSC_SECRET_NOT_FOUND'],
  ])('takes %s for what it is', async (_name, error, code) => {
    await expect(failing(error)).rejects.toMatchObject({ code });
  });

  it('takes a success without JSON for a success', async () => {
    const error = new CallscribeError('CSC_GENESYS_PROTOCOL', 'no JSON', { status: 201 });
    await expect(failing(error)).resolves.toMatchObject({ status: 201 });
  });

  it('rejects with the reason of the signal', async () => {
    const controller = new AbortController();
    const reason = new Error('over');
    const request: GenesysRequest = async () => {
      controller.abort(reason);
      throw new CallscribeError('CSC_GENESYS_UNAVAILABLE', 'aborted');
    };
    await expect(destination(request).deliver(transcriptOf(), controller.signal)).rejects.toBe(reason);
  });
});

describe('httpDestination', () => {
  const dispatcher = new Agent();
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  afterAll(() => dispatcher.close());

  interface Call {
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }

  /** Answers with one status after the other, the last one for ever. */
  const serve = async (...statuses: readonly number[]) => {
    const calls: Call[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        calls.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(statuses[calls.length - 1] ?? statuses.at(-1) ?? 200, { 'retry-after': '2' }).end('Hello');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in?sig=secret` };
  };

  const destination = (url: string, keys: readonly (string | undefined)[] = ['k']) => {
    const left = [...keys];
    return httpDestination({
      readSecret: async () => ({ url, apiKey: left.shift() }),
      dispatcher,
      now: () => NOW,
      timeoutMs: 2000,
    });
  };

  it('posts the full document', async () => {
    const { calls, url } = await serve(201);
    const receipt = await destination(url).deliver(transcriptOf(), never());
    expect(receipt).toEqual({ destination: 'http', status: 201, atMs: NOW });
    expect(calls[0]?.headers).toMatchObject({
      'idempotency-key': 'r-1',
      authorization: 'Bearer k',
      'content-type': 'application/json',
    });
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
      conversationId: 'c-1',
      recordingId: 'r-1',
      language: 'en-US',
      durationMs: 60_000,
      channels: 2,
      engine: { provider: 'generic', model: 'phone_call' },
      turns: [{ speaker: 'A', channel: 1, startMs: 10, endMs: 20, text: 'Hello', role: 'agent' }],
      roles: { method: 'channel', confidencePercent: 100, facts: ['a fact'] },
      cost: { currency: 'USD', amount: '0.0040' },
      createdAt: '2026-11-24T09:00:00.000Z',
    });
  });

  it('has no Authorization without a key, and an Idempotency-Key for any id', async () => {
    const { calls, url } = await serve(200);
    await destination(url, [undefined]).deliver(transcriptOf({ recordingId: 'r\n€' }), never());
    expect(calls[0]?.headers.authorization).toBeUndefined();
    expect(calls[0]?.headers['idempotency-key']).toBe('r%0A%E2%82%AC');
  });

  it.each(STATUSES)('takes a %i for %s', async (status, code, retryable) => {
    const { url } = await serve(status);
    const delivery = destination(url).deliver(transcriptOf(), never());
    await expect(delivery).rejects.toMatchObject({
      code,
      retryable,
      status,
      retryAfterMs: 2000,
      message: `http answered ${status}`,
    });
  });

  it('reads the Secret again after a refusal', async () => {
    const { calls, url } = await serve(401, 200);
    const http = destination(url, ['old', 'new', 'never']);
    await expect(http.deliver(transcriptOf(), never())).rejects.toMatchObject({ status: 401 });
    await http.deliver(transcriptOf(), never());
    await http.deliver(transcriptOf(), never());
    expect(calls.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new', 'Bearer new']);
  });

  it('is unavailable where nobody listens', async () => {
    const { url } = await serve(200);
    for (const close of closers.splice(0)) await close();
    await expect(destination(url).deliver(transcriptOf(), never())).rejects.toMatchObject({
      code: 'CSC_DELIVERY_UNAVAILABLE',
      retryable: true,
      message: 'http gave no answer: ECONNREFUSED',
    });
  });
});
