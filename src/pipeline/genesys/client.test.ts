/**
 * How a call is made: login, retry, limits, secrets.
 * @module
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { createDispatcher } from '../http/dispatcher.ts';
import { createEgressPolicy } from '../http/egress.ts';
import { accountOf, rejected, setScene } from './test-scene.ts';
import type { Scene } from './test-scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await setScene();
});
afterEach(() => scene.close());

describe('a call', () => {
  it('logs in as the client and sends the token', async () => {
    scene.fake.api = () => ({ body: { id: 'c1' } });
    const client = scene.clientOf();
    await expect(client.conversation('c 1')).resolves.toEqual({ id: 'c1' });
    expect(scene.fake.seen).toEqual([
      {
        method: 'POST',
        url: '/login/oauth/token',
        authorization: `Basic ${Buffer.from('id:s3cret').toString('base64')}`,
        body: 'grant_type=client_credentials',
      },
      { method: 'GET', url: '/api-host/api/v2/conversations/c%201', authorization: 'Bearer token-1', body: '' },
    ]);
    expect(client.requests()).toMatchObject({ login: 1, conversation: 1 });
  });

  it('keeps the tokens of two clients apart', async () => {
    const [one, other] = [scene.clientOf(), scene.clientOf()];
    await one.conversation('a');
    await other.conversation('b');
    await one.conversation('c');
    expect(scene.calls().map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-1',
    ]);
  });

  it('logs in once however many calls meet a refused token', async () => {
    const client = scene.clientOf();
    await client.conversation('first');
    scene.fake.api = ({ authorization }) => (authorization === 'Bearer token-1' ? { status: 401 } : { body: {} });
    await Promise.all(Array.from({ length: 10 }, (_, index) => client.conversation(`c${index}`)));
    expect(scene.logins()).toHaveLength(2);
  });

  it('takes a second refusal for meant', async () => {
    scene.fake.api = () => ({ status: 401, body: { code: 'bad.credentials' } });
    await expect(scene.clientOf().conversation('a')).rejects.toMatchObject({ code: 'CSC_GENESYS_AUTH', status: 401 });
    expect(scene.logins()).toHaveLength(2);
    expect(scene.calls()).toHaveLength(2);
  });

  it.each([
    ['an error of the server', { status: 503 } as const],
    ['a broken connection', 'break' as const],
  ])('is repeated after %s', async (_, answer) => {
    scene.fake.api = (_seen, count) => (count <= 2 ? answer : { body: { id: 'x' } });
    await expect(scene.clientOf().conversation('a')).resolves.toEqual({ id: 'x' });
    expect(scene.clock.waits).toEqual([500, 1000]);
  });

  it('gives up after its attempts', async () => {
    scene.fake.api = () => ({ status: 500 });
    await expect(scene.clientOf({ attempts: 3 }).conversation('a')).rejects.toMatchObject({
      code: 'CSC_GENESYS_UNAVAILABLE',
    });
    expect(scene.calls()).toHaveLength(3);
  });

  it('waits as long as a 429 asks, without using an attempt', async () => {
    scene.fake.api = (_, count) =>
      count <= 8 ? { status: 429, headers: { 'retry-after': '7' } } : { body: { id: 'x' } };
    await expect(scene.clientOf({ attempts: 1 }).conversation('a')).resolves.toEqual({ id: 'x' });
    expect(scene.clock.waits).toHaveLength(8);
    expect(scene.clock.waits.every((ms) => ms >= 7000)).toBe(true);
  });

  it('makes the other clients of the same account wait, too', async () => {
    const account = accountOf(scene.clock);
    scene.fake.api = (_, count) => (count === 1 ? { status: 429, headers: { 'retry-after': '3600' } } : { body: {} });
    const abort = new AbortController();
    const stopping: Clock = {
      now: () => scene.clock.now(),
      sleep: async () => abort.abort(new Error('stopped while waiting')),
    };
    await rejected(scene.clientOf({ account, clock: stopping, signal: abort.signal }).conversation('a'));
    await scene.clientOf({ account }).conversation('b');
    expect(scene.clock.waits).toEqual([3_600_500]);
  });

  it.each([
    [400, 'CSC_GENESYS_BAD_REQUEST'],
    [403, 'CSC_GENESYS_FORBIDDEN'],
    [404, 'CSC_GENESYS_NOT_FOUND'],
  ])('is not repeated after %d', async (status, code) => {
    scene.fake.api = () => ({ status, body: { code: 'some.code', message: 'missing a:b:c', contextId: 'ctx' } });
    await expect(scene.clientOf().conversation('a')).rejects.toMatchObject({
      code,
      status,
      message: `GET /api-host/api/v2/conversations/a was answered with ${status} some.code: missing a:b:c (correlation id ctx)`,
    });
    expect(scene.calls()).toHaveLength(1);
  });

  it('names the permission that is missing where the answer does not', async () => {
    scene.fake.api = () => ({ status: 403, body: { code: 'not.authorized', message: 'No.' } });
    await expect(scene.clientOf().recordings('a', { formatId: 'WAV' })).rejects.toMatchObject({
      code: 'CSC_GENESYS_FORBIDDEN',
      message:
        'GET /api-host/api/v2/conversations/a/recordings was answered with 403 not.authorized: No.; it needs the permission recording:recording:view in the division of the conversation',
    });
  });

  it('slows down when an answer says that others use the client, too', async () => {
    const headers = { 'inin-ratelimit-allowed': '300', 'inin-ratelimit-count': '300', 'inin-ratelimit-reset': '17' };
    scene.fake.api = (_, count) => (count === 1 ? { headers, body: {} } : { body: {} });
    const client = scene.clientOf();
    await client.conversation('a');
    expect(scene.clock.waits).toEqual([]);
    await client.conversation('b');
    expect(scene.clock.waits).toEqual([17_000]);
  });

  it('ends with the reason of its signal', async () => {
    scene.fake.api = () => 'hang';
    const abort = new AbortController();
    const pending = scene.clientOf().conversation('a', abort.signal);
    setTimeout(() => abort.abort(new Error('cancelled')), 50);
    await expect(pending).rejects.toThrow('cancelled');
  });

  it('ends with the signal of the client', async () => {
    const signal = AbortSignal.abort(new Error('over'));
    await expect(scene.clientOf({ signal }).conversation('a')).rejects.toThrow('over');
    expect(scene.fake.seen).toEqual([]);
  });

  it('does not tell its secrets by an error', async () => {
    scene.fake.api = () => ({ status: 403, body: { message: 'no' } });
    const shown = inspect(await rejected(scene.clientOf().conversation('a')), { depth: 20 });
    expect(shown).not.toContain('token-1');
    scene.fake.login = () => ({ status: 400, body: { error: 'invalid_client' } });
    const refused = inspect(await rejected(scene.clientOf().conversation('a')), { depth: 20 });
    expect(refused).toContain('invalid_client');
    expect(refused).not.toContain('s3cret');
    expect(refused).not.toContain(Buffer.from('id:s3cret').toString('base64'));
  });

  it('is refused where the host is', async () => {
    const guarded = createDispatcher(createEgressPolicy({ allow: [], only: false }));
    await expect(scene.clientOf({ dispatcher: guarded }).conversation('a')).rejects.toMatchObject({
      code: 'CSC_EGRESS_DENIED',
    });
    await guarded.close();
    expect(scene.fake.seen).toEqual([]);
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
    const client = scene.clientOf();
    await expect(client.conversation('a')).resolves.toEqual({});
    expect(scene.calls()[0]?.url).toBe('/api-host/api/v2/conversations/a');
    await rm(folder, { recursive: true });
  });
});

describe('a refused login', () => {
  it('is tried once more with a Secret that changed meanwhile', async () => {
    const secrets = ['old', 'new'];
    scene.fake.login = ({ authorization }) =>
      authorization === `Basic ${Buffer.from('id:new').toString('base64')}`
        ? { body: { access_token: 't', expires_in: 300 } }
        : { status: 401, body: { error: 'invalid_client' } };
    const readCredentials = async () => ({ clientId: 'id', clientSecret: secrets.shift() ?? 'new' });
    await expect(scene.clientOf({ readCredentials }).conversation('a')).resolves.toEqual({});
    expect(scene.logins()).toHaveLength(2);
  });

  it('is final with a Secret that did not', async () => {
    scene.fake.login = () => ({ status: 401, body: { error: 'invalid_client', description: 'unknown client' } });
    await expect(scene.clientOf().conversation('a')).rejects.toMatchObject({
      code: 'CSC_GENESYS_AUTH',
      message: 'POST /oauth/token was answered with 401 invalid_client: unknown client',
    });
    expect(scene.logins()).toHaveLength(1);
  });

  it('is repeated where the login host only failed', async () => {
    const ok = scene.fake.login;
    scene.fake.login = (seen, count) => (count === 1 ? { status: 503 } : ok(seen, count));
    await expect(scene.clientOf().conversation('a')).resolves.toEqual({});
  });
});
