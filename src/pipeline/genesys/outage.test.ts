/**
 * What a client does when Genesys Cloud is away.
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { accountOf, patientClock, rejected, setScene, shortSleep } from './test-scene.ts';
import type { Scene } from './test-scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await setScene();
});
afterEach(() => scene.close());

describe('an outage', () => {
  const query = { interval: 'x/y', paging: { pageSize: 100, pageNumber: 1 } };

  it('is waited for, however long it lasts, and told to who wants to know', async () => {
    const heard: (string | undefined)[] = [];
    const account = accountOf(scene.clock, (message) => heard.push(message));
    scene.fake.api = (_, count) => (count <= 20 ? { status: 503 } : { body: { id: 'x' } });
    await expect(scene.clientOf({ account }).conversation('a')).resolves.toEqual({ id: 'x' });
    expect(scene.calls()).toHaveLength(21);
    expect(heard[0]).toContain('GET /api-host/api/v2/conversations/a was answered with 503');
    expect(heard.at(-1)).toBeUndefined();
  });

  it('of one service does not stop the others', async () => {
    const account = accountOf(scene.clock);
    scene.fake.api = ({ url }) => (url.includes('analytics') ? { status: 503 } : { body: { id: 'x' } });
    const abort = new AbortController();
    const stopping: Clock = patientClock();
    const client = scene.clientOf({ account, clock: stopping, signal: abort.signal });
    const waiting = Promise.all(Array.from({ length: 5 }, () => rejected(client.detailsQuery(query))));
    await expect(client.conversation('a')).resolves.toEqual({ id: 'x' });
    abort.abort(new Error('stopped'));
    await waiting;
  });

  it('of the login is waited for, too', async () => {
    const ok = scene.fake.login;
    scene.fake.login = (seen, count) => (count <= 20 ? 'break' : ok(seen, count));
    await expect(scene.clientOf().conversation('a')).resolves.toEqual({});
  });

  it('does not keep a transcript waiting: it is kept elsewhere', async () => {
    scene.fake.api = () => ({ status: 503 });
    const client = scene.clientOf({ attempts: 3, clock: { now: () => 0, sleep: shortSleep } });
    await expect(client.request('POST', '/api/v2/x', {})).rejects.toMatchObject({ code: 'CSC_GENESYS_UNAVAILABLE' });
    expect(scene.calls()).toHaveLength(3);
  });

  it('a transcript does not wait for long for its turn either', async () => {
    const account = accountOf(scene.clock);
    account.share.pause(3_600_000);
    const client = scene.clientOf({
      account: { ...account, share: { ...account.share, take: () => new Promise(() => {}) } },
    });
    const over = client.request('POST', '/api/v2/x', {});
    await expect(over).rejects.toMatchObject({ code: 'CSC_GENESYS_UNAVAILABLE', retryable: false });
    expect(scene.calls()).toHaveLength(0);
  });

  it('a query that takes too long is not repeated for ever: its caller asks for less', async () => {
    scene.fake.api = () => ({ status: 504 });
    await expect(scene.clientOf().detailsQuery(query)).rejects.toMatchObject({ status: 504 });
    expect(scene.calls()).toHaveLength(2);
  });
});
