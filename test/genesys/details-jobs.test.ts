import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_START_MS, inboundCall, outboundCalls } from './calls.ts';
import { callerOf, clientWithout } from './caller.ts';
import type { Caller } from './caller.ts';
import { startGenesys } from './simulator.ts';
import type { GenesysSimulator } from './simulator.ts';
import { worldOf } from './world.ts';

const PATH = '/api/v2/analytics/conversations/details/jobs';
const DAY_MS = 86_400_000;
const calls = [...outboundCalls(5), inboundCall(6)];
const startOf = (index: number): number => calls[index]?.startAtMs ?? 0;

let genesys: GenesysSimulator;
let caller: Caller;

beforeEach(async () => {
  genesys = await startGenesys({ world: worldOf(calls), minPollMs: 0 });
  caller = await callerOf(genesys);
});
afterEach(() => genesys.stop());

const intervalOf = (fromMs: number, toMs: number): string =>
  `${new Date(fromMs).toISOString()}/${new Date(toMs).toISOString()}`;

const submit = async (body: object = {}) =>
  caller.post(PATH, { interval: intervalOf(DAY_START_MS, DAY_START_MS + DAY_MS), ...body });

/** Submits a job and waits until it is done. */
const done = async (body: object = {}): Promise<string> => {
  const { jobId } = (await submit(body)).body as { readonly jobId: string };
  while ((await caller.get(`${PATH}/${jobId}`)).status === 202);
  return jobId;
};

interface Page {
  readonly conversations?: readonly { readonly conversationId: string; readonly conversationEnd?: string }[];
  readonly cursor?: string;
}

const page = async (jobId: string, query: string): Promise<Page> =>
  (await caller.get(`${PATH}/${jobId}/results?${query}`)).body as Page;

const idsOf = ({ conversations = [] }: Page): readonly string[] =>
  conversations.map(({ conversationId }) => conversationId);

describe('a details job', () => {
  it('is submitted, waited for, read with a cursor, and removed', async () => {
    const { status, body } = await submit();
    expect(status).toBe(202);
    const { jobId } = body as { readonly jobId: string };
    expect(await caller.get(`${PATH}/${jobId}`)).toMatchObject({ status: 202, body: { state: 'PENDING' } });
    expect(await caller.get(`${PATH}/${jobId}`)).toMatchObject({ status: 200, body: { state: 'FULFILLED' } });

    const first = await page(jobId, 'pageSize=4');
    const second = await page(jobId, `pageSize=4&cursor=${first.cursor}`);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(calls.map(({ conversationId }) => conversationId));
    expect(second).not.toHaveProperty('cursor');
    expect(first.conversations?.[0]).toMatchObject({ participants: [{ attributes: {} }, { attributes: {} }] });

    expect(genesys.openJobs()).toBe(1);
    expect((await caller.delete(`${PATH}/${jobId}`)).status).toBe(204);
    expect(genesys.openJobs()).toBe(0);
    expect((await caller.get(`${PATH}/${jobId}`)).status).toBe(404);
    expect(genesys.violations).toEqual([]);
  });

  it('filters as the query does', async () => {
    const predicates = [{ dimension: 'originatingDirection', value: 'inbound' }];
    const jobId = await done({ conversationFilters: [{ type: 'or', predicates }] });
    expect(idsOf(await page(jobId, ''))).toEqual([calls[5]?.conversationId]);
  });

  it('gives everything that went on during its interval, whenever it started', async () => {
    const { endAtMs = 0 } = calls[0] ?? {};
    const jobId = await done({ interval: intervalOf(endAtMs - 1000, endAtMs - 999) });
    expect(idsOf(await page(jobId, ''))).toContain(calls[0]?.conversationId);
    const later = await done({ interval: intervalOf(endAtMs + 1, endAtMs + 2) });
    expect(idsOf(await page(later, ''))).not.toContain(calls[0]?.conversationId);
  });

  it('lacks what is younger than the availability date, without a word', async () => {
    genesys.world.setAvailableUntil(startOf(3) + 1000);
    expect((await caller.get(`${PATH}/availability`)).body).toEqual({
      dataAvailabilityDate: new Date(startOf(3) + 1000).toISOString(),
    });
    const { conversations = [] } = await page(await done(), '');
    expect(conversations).toHaveLength(4);
    expect(conversations.map((row) => 'conversationEnd' in row)).toEqual([true, true, false, false]);
  });

  it.each([
    ['failedJob', 'state', async (jobId: string) => (await caller.get(`${PATH}/${jobId}`)).body, { state: 'FAILED' }],
    ['expiredJob', 'results', (jobId: string) => page(jobId, ''), { code: 'job.not.found' }],
  ] as const)('may end badly: %s', async (quirk, _, look, expected) => {
    const jobId = await done();
    genesys.faults.next({ path: new RegExp(jobId, 'u'), quirk });
    expect(await look(jobId)).toMatchObject(expected);
  });

  it('may give a page twice', async () => {
    const jobId = await done();
    const { cursor } = await page(jobId, 'pageSize=2');
    genesys.faults.next({ path: /results$/u, quirk: 'duplicatedPage' });
    const again = await page(jobId, `pageSize=2&cursor=${cursor}`);
    const next = await page(jobId, `pageSize=2&cursor=${again.cursor}`);
    expect(idsOf(again)).toEqual(calls.slice(0, 2).map(({ conversationId }) => conversationId));
    expect(idsOf(next)).toEqual(calls.slice(2, 4).map(({ conversationId }) => conversationId));
  });

  it('must not be asked for its results before it is done', async () => {
    const { jobId } = (await submit()).body as { readonly jobId: string };
    expect((await caller.get(`${PATH}/${jobId}/results`)).status).toBe(400);
    expect(genesys.violations).toHaveLength(1);
  });

  it.each([
    ['paging, which it does not have', { paging: { pageSize: 100, pageNumber: 1 } }],
    ['an interval that is none', { interval: 'today' }],
    ['an unknown dimension', { segmentFilters: [{ type: 'or', predicates: [{ dimension: 'x', value: 'y' }] }] }],
  ])('is refused with %s', async (_, body) => {
    expect((await submit(body)).status).toBe(400);
    expect(genesys.violations).toHaveLength(1);
  });

  it.each(['pageSize=0', 'pageSize=10001', 'pageSize=many', 'cursor=nonsense'])('has no page %s', async (query) => {
    expect((await caller.get(`${PATH}/${await done()}/results?${query}`)).status).toBe(400);
  });

  it('needs the permission of the query', async () => {
    const client = clientWithout('analytics:conversationDetail:view');
    genesys.world.setClients([client]);
    const without = await callerOf(genesys, client);
    expect((await without.post(PATH, {})).status).toBe(403);
    expect((await without.get(`${PATH}/availability`)).status).toBe(403);
  });
});

describe('the details query', () => {
  const query = async (pageNumber: number) => {
    const interval = intervalOf(DAY_START_MS, DAY_START_MS + DAY_MS);
    const body = { interval, paging: { pageSize: 2, pageNumber } };
    return (await caller.post('/api/v2/analytics/conversations/details/query', body)).body as Page;
  };

  it.each([
    ['duplicatedPage', [0, 1], 6],
    ['shiftedPage', [5], 6],
    ['fewerHits', [2, 3], 3],
    ['moreHits', [2, 3], 13],
  ])('may be told to get it wrong: %s', async (quirk, indexes, totalHits) => {
    genesys.faults.next({ path: /query$/u, quirk });
    const second = await query(2);
    expect(idsOf(second)).toEqual(indexes.map((index) => calls[index]?.conversationId));
    expect(second).toMatchObject({ totalHits });
  });

  it('shows a conversation going on for as often as it is told', async () => {
    const [first] = calls;
    if (!first) throw new Error('there are no calls');
    genesys.world.put({ ...first, liveFor: 1 });
    expect((await query(1)).conversations?.[0]).not.toHaveProperty('conversationEnd');
    expect((await query(1)).conversations?.[0]).toHaveProperty('conversationEnd');
  });

  it('answers 401 when the token dies on the way, and counts for nothing', async () => {
    genesys.faults.next({ path: /query$/u, quirk: 'tokenDeath' });
    expect(await query(1)).toMatchObject({ code: 'bad.credentials' });
    expect(genesys.violations).toEqual([]);
  });
});
