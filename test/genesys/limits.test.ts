import { afterEach, describe, expect, it } from 'vitest';
import { outboundCall } from './calls.ts';
import { callerOf } from './caller.ts';
import { startGenesys } from './simulator.ts';
import type { GenesysSimulator, SimulatorOptions } from './simulator.ts';
import { worldOf } from './world.ts';

let genesys: GenesysSimulator;

const start = async (options: SimulatorOptions): Promise<void> => {
  genesys = await startGenesys({ world: worldOf([outboundCall(1)]), ...options });
};

afterEach(() => genesys.stop());

const PATH = `/api/v2/conversations/${outboundCall(1).conversationId}`;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe('the requests of a minute', () => {
  it('are counted in the headers, and those beyond the limit are told when to come again', async () => {
    await start({ requestsPerMinute: 2 });
    const caller = await callerOf(genesys);
    const { headers } = await caller.get(PATH);
    expect(headers.get('inin-ratelimit-allowed')).toBe('2');
    expect(headers.get('inin-ratelimit-count')).toBe('1');
    expect(Number(headers.get('inin-ratelimit-reset'))).toBeGreaterThan(50);
    expect((await caller.get(PATH)).status).toBe(200);
    const refused = await caller.get(PATH);
    expect(refused.status).toBe(429);
    const seconds = refused.headers.get('retry-after');
    expect(Number(seconds)).toBeGreaterThan(50);
    expect(refused.body).toMatchObject({
      code: 'too.many.requests.retry.after',
      message: `Rate limit exceeded the maximum. Retry the request in [${seconds}] seconds`,
      contextId: refused.headers.get('inin-correlation-id'),
    });
  });

  it('are those of a client, whatever its token', async () => {
    await start({ requestsPerMinute: 1 });
    expect((await (await callerOf(genesys)).get(PATH)).status).toBe(200);
    expect((await (await callerOf(genesys)).get(PATH)).status).toBe(429);
  });

  it('do not come before Retry-After is over: that is noted', async () => {
    await start({ faults: [{ path: /conversations/u, status: 429, headers: { 'retry-after': '2' } }] });
    const caller = await callerOf(genesys);
    expect((await caller.get(PATH)).status).toBe(429);
    // Requests that were under way already are nobody's fault.
    expect((await caller.get(PATH)).status).toBe(200);
    expect(genesys.violations).toEqual([]);
    await pause(300);
    await caller.get(PATH);
    expect(genesys.violations).toEqual([expect.stringContaining('before Retry-After was over')]);
  });
});

describe('a defect of the client is noted', () => {
  it('a path that does not exist', async () => {
    await start({});
    const { status, body } = await (await callerOf(genesys)).get('/api/v2/nothing');
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'not.found' } });
    expect(genesys.violations).toEqual(['GET /api/v2/nothing: The requested resource was not found.']);
  });

  it('a method that a path does not have', async () => {
    await start({});
    expect((await (await callerOf(genesys)).delete(PATH)).status).toBe(405);
    expect(genesys.violations).toHaveLength(1);
  });

  it('but not a fault that a test ordered', async () => {
    await start({ faults: [{ path: /conversations/u, status: 400 }] });
    expect((await (await callerOf(genesys)).get(PATH)).body).toMatchObject({ code: 'bad.request', status: 400 });
    expect(genesys.violations).toEqual([]);
  });
});

it('keeps a list of what was called', async () => {
  await start({ faults: [{ path: /conversations/u, status: 503 }] });
  const caller = await callerOf(genesys);
  await caller.get(PATH);
  await caller.get(PATH);
  expect(genesys.calls.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
    'POST /oauth/token 200',
    `GET ${PATH} 503`,
    `GET ${PATH} 200`,
  ]);
});

it('can be changed while it runs', async () => {
  await start({});
  const caller = await callerOf(genesys);
  const other = outboundCall(2);
  const pathOf = (id: string) => `/api/v2/conversations/${id}`;
  expect((await caller.get(pathOf(other.conversationId))).status).toBe(404);
  genesys.world.put(other);
  expect((await caller.get(pathOf(other.conversationId))).status).toBe(200);
  genesys.world.remove(other.conversationId);
  expect((await caller.get(pathOf(other.conversationId))).status).toBe(404);
});
