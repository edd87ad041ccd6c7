/**
 * The client against a real HTTP server on the loopback interface: the SDK, the transport and undici are all in it.
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import type { Dispatcher } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { createDispatcher } from '../http/dispatcher.ts';
import { createEgressPolicy } from '../http/egress.ts';
import { createGenesysClient } from './client.ts';
import type { GenesysClient, GenesysClientOptions } from './client.ts';
import { createRateLimiter } from './rate-limiter.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string;
  readonly body: string;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string;
}

type Answer = Reply | 'break' | 'hang';

interface Fake {
  readonly url: string;
  readonly seen: Seen[];
  /** Decides the answer of an API call; logins are answered by `login`. */
  api: (seen: Seen, count: number) => Answer;
  login: (seen: Seen, count: number) => Answer;
  close(): Promise<void>;
}

const readSeen = async (request: IncomingMessage): Promise<Seen> => ({
  method: request.method ?? '',
  url: request.url ?? '',
  authorization: request.headers.authorization ?? '',
  body: await text(request),
});

const startFake = async (): Promise<Fake> => {
  const seen: Seen[] = [];
  const counts = { api: 0, login: 0 };
  const server = createServer((request, response) => {
    void readSeen(request).then((one) => {
      seen.push(one);
      const kind = one.url.startsWith('/login/') ? 'login' : 'api';
      counts[kind] += 1;
      const answer = fake[kind](one, counts[kind]);
      if (answer === 'hang') return;
      if (answer === 'break') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status ?? 200, answer.headers);
      response.end(answer.raw ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: Fake = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    api: () => ({ body: {} }),
    login: (_, count) => ({ body: { access_token: `token-${count}`, expires_in: 86_400 } }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
};

/** Sleeps take no time, and are remembered. */
const swiftClock = (): Clock & { readonly waits: number[] } => {
  const waits: number[] = [];
  let nowMs = 0;
  return {
    waits,
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
    },
  };
};

let fake: Fake;
let dispatcher: Dispatcher;
let clock: ReturnType<typeof swiftClock>;

beforeEach(async () => {
  fake = await startFake();
  dispatcher = createDispatcher(createEgressPolicy({ allow: ['127.0.0.0/8'], only: false }));
  clock = swiftClock();
});
afterEach(async () => {
  await dispatcher.destroy();
  await fake.close();
});

const clientOf = (more: Partial<GenesysClientOptions> = {}): GenesysClient =>
  createGenesysClient({
    apiURL: `${fake.url}/api-host`,
    loginURL: `${fake.url}/login`,
    readCredentials: async () => ({ clientId: 'id', clientSecret: 's3cret' }),
    dispatcher,
    limiter: createRateLimiter({ perMinute: 300, clock }),
    clock,
    random: () => 0.5,
    ...more,
  });

const logins = (): readonly Seen[] => fake.seen.filter(({ url }) => url.startsWith('/login/'));
const calls = (): readonly Seen[] => fake.seen.filter(({ url }) => !url.startsWith('/login/'));

const rejected = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not reject with an error');
};

describe('a call', () => {
  it('logs in as the client and sends the token', async () => {
    fake.api = () => ({ body: { id: 'c1' } });
    const client = clientOf();
    await expect(client.conversation('c 1')).resolves.toEqual({ id: 'c1' });
    expect(fake.seen).toEqual([
      {
        method: 'POST',
        url: '/login/oauth/token',
        authorization: `Basic ${Buffer.from('id:s3cret').toString('base64')}`,
        body: 'grant_type=client_credentials',
      },
      { method: 'GET', url: '/api-host/api/v2/conversations/c%201', authorization: 'Bearer token-1', body: '' },
    ]);
    expect(client.requests()).toBe(2);
  });

  it('keeps the tokens of two clients apart', async () => {
    const [one, other] = [clientOf(), clientOf()];
    await one.conversation('a');
    await other.conversation('b');
    await one.conversation('c');
    expect(calls().map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-1',
    ]);
  });

  it('logs in once however many calls meet a refused token', async () => {
    const client = clientOf();
    await client.conversation('first');
    fake.api = ({ authorization }) => (authorization === 'Bearer token-1' ? { status: 401 } : { body: {} });
    await Promise.all(Array.from({ length: 10 }, (_, index) => client.conversation(`c${index}`)));
    expect(logins()).toHaveLength(2);
  });

  it('takes a second refusal for meant', async () => {
    fake.api = () => ({ status: 401, body: { code: 'bad.credentials' } });
    await expect(clientOf().conversation('a')).rejects.toMatchObject({ code: 'CSC_GENESYS_AUTH', status: 401 });
    expect(logins()).toHaveLength(2);
    expect(calls()).toHaveLength(2);
  });

  it.each([
    ['an error of the server', { status: 503 } as const],
    ['a broken connection', 'break' as const],
  ])('is repeated after %s', async (_, answer) => {
    fake.api = (_seen, count) => (count <= 2 ? answer : { body: { id: 'x' } });
    await expect(clientOf().conversation('a')).resolves.toEqual({ id: 'x' });
    expect(clock.waits).toEqual([500, 1000]);
  });

  it('gives up after its attempts', async () => {
    fake.api = () => ({ status: 500 });
    await expect(clientOf({ attempts: 3 }).conversation('a')).rejects.toMatchObject({
      code: 'CSC_GENESYS_UNAVAILABLE',
    });
    expect(calls()).toHaveLength(3);
  });

  it('waits as long as a 429 asks, without using an attempt', async () => {
    fake.api = (_, count) => (count <= 8 ? { status: 429, headers: { 'retry-after': '7' } } : { body: { id: 'x' } });
    await expect(clientOf({ attempts: 1 }).conversation('a')).resolves.toEqual({ id: 'x' });
    expect(clock.waits).toHaveLength(8);
    expect(clock.waits.every((ms) => ms >= 7000)).toBe(true);
  });

  it('makes the other clients of the same limiter wait, too', async () => {
    const limiter = createRateLimiter({ perMinute: 300, clock });
    fake.api = (_, count) => (count === 1 ? { status: 429, headers: { 'retry-after': '3600' } } : { body: {} });
    const abort = new AbortController();
    const stopping: Clock = {
      now: () => clock.now(),
      sleep: async () => abort.abort(new Error('stopped while waiting')),
    };
    await rejected(clientOf({ limiter, clock: stopping, signal: abort.signal }).conversation('a'));
    await clientOf({ limiter }).conversation('b');
    expect(clock.waits).toEqual([3_600_000]);
  });

  it.each([
    [400, 'CSC_GENESYS_BAD_REQUEST'],
    [403, 'CSC_GENESYS_FORBIDDEN'],
    [404, 'CSC_GENESYS_NOT_FOUND'],
  ])('is not repeated after %d', async (status, code) => {
    fake.api = () => ({ status, body: { code: 'some.code', message: 'missing a:b:c', contextId: 'ctx' } });
    await expect(clientOf().conversation('a')).rejects.toMatchObject({
      code,
      status,
      message: `GET /api-host/api/v2/conversations/a was answered with ${status} some.code: missing a:b:c (correlation id ctx)`,
    });
    expect(calls()).toHaveLength(1);
  });

  it('ends with the reason of its signal', async () => {
    fake.api = () => 'hang';
    const abort = new AbortController();
    const pending = clientOf().conversation('a', abort.signal);
    setTimeout(() => abort.abort(new Error('cancelled')), 50);
    await expect(pending).rejects.toThrow('cancelled');
  });

  it('ends with the signal of the client', async () => {
    const signal = AbortSignal.abort(new Error('over'));
    await expect(clientOf({ signal }).conversation('a')).rejects.toThrow('over');
    expect(fake.seen).toEqual([]);
  });

  it('does not tell its secrets by an error', async () => {
    fake.api = () => ({ status: 403, body: { message: 'no' } });
    const shown = inspect(await rejected(clientOf().conversation('a')), { depth: 20 });
    expect(shown).not.toContain('token-1');
    fake.login = () => ({ status: 400, body: { error: 'invalid_client' } });
    const refused = inspect(await rejected(clientOf().conversation('a')), { depth: 20 });
    expect(refused).toContain('invalid_client');
    expect(refused).not.toContain('s3cret');
    expect(refused).not.toContain(Buffer.from('id:s3cret').toString('base64'));
  });

  it('is refused where the host is', async () => {
    const guarded = createDispatcher(createEgressPolicy({ allow: [], only: false }));
    await expect(clientOf({ dispatcher: guarded }).conversation('a')).rejects.toMatchObject({
      code: 'CSC_EGRESS_DENIED',
    });
    await guarded.close();
    expect(fake.seen).toEqual([]);
  });
});

describe('the settings of the SDK in the home directory', () => {
  const home = process.env['HOME'];
  afterEach(() => {
    process.env['HOME'] = home;
  });

  it('have no influence', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'home-'));
    await mkdir(join(folder, '.genesyscloudjavascript'));
    const settings = '[gateway]\nhost=127.0.0.1\nport=1\nprotocol=http\npath_params_api=elsewhere\n';
    await writeFile(join(folder, '.genesyscloudjavascript', 'config'), settings);
    process.env['HOME'] = folder;
    const client = clientOf();
    await expect(client.conversation('a')).resolves.toEqual({});
    expect(calls()[0]?.url).toBe('/api-host/api/v2/conversations/a');
    await rm(folder, { recursive: true });
  });
});

describe('a refused login', () => {
  it('is tried once more with a Secret that changed meanwhile', async () => {
    const secrets = ['old', 'new'];
    fake.login = ({ authorization }) =>
      authorization === `Basic ${Buffer.from('id:new').toString('base64')}`
        ? { body: { access_token: 't', expires_in: 300 } }
        : { status: 401, body: { error: 'invalid_client' } };
    const readCredentials = async () => ({ clientId: 'id', clientSecret: secrets.shift() ?? 'new' });
    await expect(clientOf({ readCredentials }).conversation('a')).resolves.toEqual({});
    expect(logins()).toHaveLength(2);
  });

  it('is final with a Secret that did not', async () => {
    fake.login = () => ({ status: 401, body: { error: 'invalid_client', description: 'unknown client' } });
    await expect(clientOf().conversation('a')).rejects.toMatchObject({
      code: 'CSC_GENESYS_AUTH',
      message: 'POST /oauth/token was answered with 401 invalid_client: unknown client',
    });
    expect(logins()).toHaveLength(1);
  });

  it('is repeated where the login host only failed', async () => {
    const ok = fake.login;
    fake.login = (seen, count) => (count === 1 ? { status: 503 } : ok(seen, count));
    await expect(clientOf().conversation('a')).resolves.toEqual({});
  });
});

describe('the methods', () => {
  it('detailsQuery posts the query', async () => {
    fake.api = () => ({ body: { conversations: [{ conversationId: 'a' }, 'nonsense'], totalHits: 1 } });
    const query = { interval: 'x/y', paging: { pageSize: 100, pageNumber: 1 } };
    await expect(clientOf().detailsQuery(query)).resolves.toEqual({
      conversations: [{ conversationId: 'a' }],
      totalHits: 1,
    });
    expect(calls()[0]).toMatchObject({ method: 'POST', url: '/api-host/api/v2/analytics/conversations/details/query' });
    expect(JSON.parse(calls()[0]?.body ?? '')).toEqual(query);
  });

  it('detailsQuery takes an absent list for an empty one', async () => {
    fake.api = () => ({ body: { totalHits: 0 } });
    const query = { interval: 'x/y', paging: { pageSize: 100, pageNumber: 1 } };
    await expect(clientOf().detailsQuery(query)).resolves.toEqual({ conversations: [], totalHits: 0 });
  });

  it('recordings tells an empty 202 from an empty list', async () => {
    fake.api = (_, count) => (count === 1 ? { status: 202 } : { body: [] });
    const client = clientOf();
    await expect(client.recordings('a', { formatId: 'WAV' })).resolves.toEqual({ status: 202 });
    await expect(client.recordings('a', { formatId: 'WAV' })).resolves.toEqual({ status: 200, recordings: [] });
    expect(calls()[0]?.url).toBe('/api-host/api/v2/conversations/a/recordings?formatId=WAV');
  });

  it.each([
    ['recordings', (client: GenesysClient) => client.recordings('a', { formatId: 'WAV' })],
    ['recordingMetadata', (client: GenesysClient) => client.recordingMetadata('a')],
  ])('%s refuses what is no list', async (_, method) => {
    fake.api = () => ({ body: { entities: [] } });
    await expect(method(clientOf())).rejects.toMatchObject({ code: 'CSC_GENESYS_PROTOCOL' });
  });

  it('refuses an answer that is no JSON', async () => {
    fake.api = () => ({ headers: { 'content-type': 'text/html' }, raw: '<html>Sign in to the guest network</html>' });
    const error = await rejected(clientOf().conversation('a'));
    expect(error).toMatchObject({ code: 'CSC_GENESYS_PROTOCOL' });
    expect(error.message).not.toContain('guest');
  });

  it('request sends any JSON and gives status and body', async () => {
    fake.api = () => ({ status: 201, body: { ok: true } });
    const answer = await clientOf().request('POST', '/api/v2/interactions/{x}', { text: 'hello' });
    expect(answer).toEqual({ status: 201, body: { ok: true } });
    expect(calls()[0]).toMatchObject({
      method: 'POST',
      url: '/api-host/api/v2/interactions/%7Bx%7D',
      body: '{"text":"hello"}',
    });
  });

  it('request does not quote the answer in its error', async () => {
    fake.api = () => ({ status: 422, body: { code: 'invalid.value', message: 'cannot take "hello"' } });
    const error = await rejected(clientOf().request('POST', '/api/v2/interactions', { text: 'hello' }));
    expect(error).toMatchObject({ code: 'CSC_GENESYS_BAD_REQUEST', status: 422 });
    expect(error.message).toBe('POST /api-host/api/v2/interactions was answered with 422 invalid.value');
  });
});
