import { afterEach, describe, expect, it } from 'vitest';
import { startControl } from './control.ts';
import { createFaults, faultOfJSON } from './faults.ts';
import type { Fault } from './faults.ts';
import { startServer } from './server.ts';
import type { CallRecord, FakeServer } from './server.ts';

const servers: FakeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const serve = async (faults: readonly Fault[]) => {
  const calls: CallRecord[] = [];
  const handled: string[] = [];
  const server = await startServer({
    faults: createFaults(faults),
    onCall: (call) => calls.push(call),
    errorBody: (status) => ({ status }),
    answer: async (request) => {
      handled.push(request.path);
      return request.forced ?? { status: 200, body: (await request.body()).toString('utf8') || 'done' };
    },
  });
  servers.push(server);
  return { ...server, calls, handled };
};

describe('which request a fault hits', () => {
  it.each([
    ['the first, and only once', [{ path: /a/u }], ['GET /a', 'GET /a'], [true, false]],
    ['as many as it is told', [{ path: /a/u, times: 2 }], ['GET /a', 'GET /a', 'GET /a'], [true, true, false]],
    ['some later one', [{ path: /a/u, skip: 1 }], ['GET /a', 'GET /b', 'GET /a'], [false, false, true]],
    ['of one method', [{ path: /a/u, method: 'POST' }], ['GET /a', 'POST /a'], [false, true]],
    ['by a sticky expression, too', [{ path: /a/gu, times: 2 }], ['GET /a', 'GET /a'], [true, true]],
  ] as const)('%s', (_, faults, requests, hits) => {
    const list = createFaults(faults);
    const taken = requests.map((request) => {
      const [method = '', path = ''] = request.split(' ');
      return list.take(method, path) !== undefined;
    });
    expect(taken).toEqual(hits);
  });

  it('several have their turn in the order in which they were ordered', () => {
    const list = createFaults([{ path: /a/u, status: 500 }]);
    list.next({ path: /a/u, status: 503 });
    expect([list.take('GET', '/a')?.status, list.take('GET', '/a')?.status, list.left()]).toEqual([500, 503, 0]);
  });

  it('none after they were cleared', () => {
    const list = createFaults([{ path: /a/u, times: Number.POSITIVE_INFINITY }]);
    list.clear();
    expect(list.take('GET', '/a')).toBeUndefined();
  });
});

describe('what it does', () => {
  it('answers with a status and a body, and lets the handler know', async () => {
    const { url, handled } = await serve([
      { path: /a/u, status: 418, body: { tea: true } },
      { path: /a/u, status: 500 },
    ]);
    const answer = await fetch(`${url}/a`);
    expect([answer.status, await answer.json()]).toEqual([418, { tea: true }]);
    expect(await (await fetch(`${url}/a`)).json()).toEqual({ status: 500 });
    expect(handled).toEqual(['/a', '/a']);
  });

  it('resets before the handler hears of it, or after it has done its work', async () => {
    const { url, handled, calls } = await serve([
      { path: /before/u, drop: 'reset' },
      { path: /after/u, drop: 'reset', received: true },
    ]);
    await expect(fetch(`${url}/before`)).rejects.toThrow();
    await expect(fetch(`${url}/after`)).rejects.toThrow();
    expect(handled).toEqual(['/after']);
    expect(calls.map(({ status }) => status)).toEqual([0, 0]);
  });

  it('never answers', async () => {
    const { url } = await serve([{ path: /a/u, drop: 'hang' }]);
    await expect(fetch(`${url}/a`, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  });

  it('answers late', async () => {
    const { url } = await serve([{ path: /a/u, delayMs: 80 }]);
    const startedAtMs = performance.now();
    expect(await (await fetch(`${url}/a`)).text()).toBe('done');
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(75);
  });

  it('breaks off in the middle of the body that it announced', async () => {
    const { url } = await serve([{ path: /a/u, drop: 'truncate' }]);
    const answer = await fetch(`${url}/a`, { method: 'POST', body: 'x'.repeat(1000) });
    expect(answer.headers.get('content-length')).toBe('1000');
    await expect(answer.text()).rejects.toThrow();
  });
});

it('a body may drip, and a quirk is told to the handler', async () => {
  const quirks: (string | undefined)[] = [];
  const server = await startServer({
    faults: createFaults([
      { path: /./u, drip: { pieces: 4, everyMs: 20 } },
      { path: /./u, quirk: 'odd' },
    ]),
    answer: ({ quirk }) => {
      quirks.push(quirk);
      return { status: 200, body: 'x'.repeat(100) };
    },
  });
  servers.push(server);
  const startedAtMs = performance.now();
  expect(await (await fetch(server.url)).text()).toHaveLength(100);
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(75);
  await (await fetch(server.url)).text();
  expect(quirks).toEqual([undefined, 'odd']);
});

it('a handler that throws is a defect of the fake, not an answer', async () => {
  const server = await startServer({
    answer: () => {
      throw new Error('broken');
    },
  });
  servers.push(server);
  expect((await fetch(server.url)).status).toBe(599);
});

it('the remote control orders faults, forgets them, and tells the state', async () => {
  const faults = createFaults();
  const control = await startControl({ faults, state: () => ({ seen: 7 }) });
  servers.push(control);
  expect(await (await fetch(`${control.url}/state`)).json()).toEqual({ seen: 7 });
  const order = (body: string) => fetch(`${control.url}/faults`, { method: 'POST', body });
  expect(await (await order('[{"path":"^/a$","status":503,"times":2}]')).json()).toEqual({ left: 1 });
  expect(faults.take('GET', '/a')).toMatchObject({ status: 503 });
  expect(faults.take('GET', '/ab')).toBeUndefined();
  expect((await order('nonsense')).status).toBe(400);
  await fetch(`${control.url}/faults`, { method: 'DELETE' });
  expect(faults.left()).toBe(0);
  expect((await fetch(control.url)).status).toBe(404);
});

it('reads a fault from JSON', () => {
  expect(faultOfJSON({ path: '^/a', status: 500 })).toEqual({ path: /^\/a/u, status: 500 });
});
