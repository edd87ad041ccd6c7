import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  campaignCall,
  DAY_START_MS,
  homeDivisionId,
  inboundCall,
  outboundCall,
  salesQueueId,
  springCampaignId,
  stillGoingOn,
  supportQueueId,
  withoutRecording,
} from './calls.ts';
import { callerOf, clientWithout } from './caller.ts';
import type { Called, Caller } from './caller.ts';
import { startGenesys } from './simulator.ts';
import type { GenesysSimulator } from './simulator.ts';
import { worldOf } from './world.ts';

const PATH = '/api/v2/analytics/conversations/details/query';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const intervalOf = (fromMs: number, toMs: number): string =>
  `${new Date(fromMs).toISOString()}/${new Date(toMs).toISOString()}`;

const DAY = intervalOf(DAY_START_MS, DAY_START_MS + DAY_MS);

const calls = {
  sales: outboundCall(1),
  support: outboundCall(2, { queueId: supportQueueId, divisionId: 'elsewhere' }),
  campaign: campaignCall(3),
  inbound: inboundCall(4),
  unrecorded: withoutRecording(outboundCall(5)),
  live: stillGoingOn(outboundCall(6)),
  dayBefore: outboundCall(7, { startAtMs: DAY_START_MS - HOUR_MS }),
};

let genesys: GenesysSimulator;
let caller: Caller;

beforeAll(async () => {
  genesys = await startGenesys({ world: worldOf(Object.values(calls)) });
  caller = await callerOf(genesys);
});
afterAll(() => genesys.stop());

const ask = (body: object): Promise<Called> => caller.post(PATH, { interval: DAY, ...body });

const idsOf = ({ body }: Called): readonly string[] =>
  ((body as { conversations?: { conversationId: string }[] }).conversations ?? []).map((one) => one.conversationId);

const filter = (dimension: string, value?: string, operator = 'matches') => [
  { type: 'or', predicates: [{ type: 'dimension', dimension, operator, value: value ?? null }] },
];

describe('what it finds', () => {
  it.each([
    ['everything that started on the day', {}, ['sales', 'support', 'campaign', 'inbound', 'unrecorded', 'live']],
    ['newest first', { order: 'desc' }, ['live', 'unrecorded', 'inbound', 'campaign', 'support', 'sales']],
    ['by direction', { conversationFilters: filter('originatingDirection', 'inbound') }, ['inbound']],
    ['by division', { conversationFilters: filter('divisionId', 'elsewhere') }, ['support']],
    ['by id', { conversationFilters: filter('conversationId', calls.live.conversationId) }, ['live']],
    ['by queue', { segmentFilters: filter('queueId', supportQueueId) }, ['support']],
    ['by campaign', { segmentFilters: filter('outboundCampaignId', springCampaignId) }, ['campaign']],
    [
      'by what exists',
      { segmentFilters: filter('recording', undefined, 'exists') },
      ['sales', 'support', 'campaign', 'inbound', 'live'],
    ],
    [
      'by several filters at once',
      { segmentFilters: [...filter('mediaType', 'voice'), ...filter('queueId', salesQueueId)], order: 'asc' },
      ['sales', 'campaign', 'inbound', 'unrecorded', 'live'],
    ],
  ] as const)('%s', async (_, body, names) => {
    const called = await ask(body);
    expect(called.status).toBe(200);
    expect(idsOf(called)).toEqual(names.map((name) => calls[name].conversationId));
    expect(called.body).toMatchObject({ totalHits: names.length });
  });

  it('has no list where nothing matches', async () => {
    const { body } = await ask({ conversationFilters: filter('divisionId', 'nowhere') });
    expect(body).toEqual({ totalHits: 0 });
  });

  it('counts in days: an interval also gives what started earlier on its first day and reaches into it', async () => {
    const { startAtMs, endAtMs = 0, conversationId } = calls.sales;
    const called = await ask({ interval: intervalOf(endAtMs - 1000, endAtMs) });
    expect(startAtMs).toBeLessThan(endAtMs - 1000);
    expect(idsOf(called)).toContain(conversationId);
    const overMidnight = intervalOf(DAY_START_MS - DAY_MS, DAY_START_MS);
    expect(idsOf(await ask({ interval: overMidnight }))).toEqual([calls.dayBefore.conversationId]);
  });

  it('gives pages, and the whole number on each', async () => {
    const page = (pageNumber: number) => ask({ paging: { pageSize: 4, pageNumber } });
    const [first, second, third] = [await page(1), await page(2), await page(3)];
    expect([...idsOf(first), ...idsOf(second)]).toEqual(idsOf(await ask({})));
    expect(idsOf(second)).toHaveLength(2);
    expect(third.body).toEqual({ totalHits: 6 });
  });

  it('has no end for what is going on, and tells people from machines', async () => {
    const { body } = await ask({ conversationFilters: filter('conversationId', calls.live.conversationId) });
    const [row] = (body as { conversations: Record<string, unknown>[] }).conversations;
    expect(row).not.toHaveProperty('conversationEnd');
    expect(row).toMatchObject({ divisionIds: [homeDivisionId], participants: [{ purpose: 'agent' }, {}] });
  });
});

describe('what it refuses with 400, as a defect of its caller', () => {
  it.each([
    ['no interval', { interval: undefined }],
    ['an interval that is none', { interval: '2026-11-23' }],
    ['an interval without a time zone', { interval: '2026-11-23T00:00:00/2026-11-24T00:00:00' }],
    ['an interval that ends before it begins', { interval: intervalOf(DAY_START_MS, DAY_START_MS - 1) }],
    ['an interval of more than 31 days', { interval: intervalOf(DAY_START_MS, DAY_START_MS + 32 * DAY_MS) }],
    ['an unknown field', { groupBy: ['queueId'] }],
    ['a page of more than 100', { paging: { pageSize: 101, pageNumber: 1 } }],
    ['a page without a number', { paging: { pageSize: 100 } }],
    ['page 0', { paging: { pageSize: 100, pageNumber: 0 } }],
    ['a page beyond 10,000 rows', { paging: { pageSize: 100, pageNumber: 101 } }],
    ['an unknown order', { orderBy: 'queueId' }],
    ['a dimension that does not exist', { conversationFilters: filter('conversationType', 'voice') }],
    ['a dimension of segments for conversations', { conversationFilters: filter('mediaType', 'voice') }],
    ['a dimension of conversations for segments', { segmentFilters: filter('originatingDirection', 'outbound') }],
    ['an unknown operator', { segmentFilters: filter('queueId', 'x', 'contains') }],
    ['matches without a value', { segmentFilters: filter('queueId') }],
    ['a filter without a type', { segmentFilters: [{ predicates: [] }] }],
    ['a filter of nothing', { segmentFilters: [{ type: 'and' }] }],
    ['an unknown field of a predicate', { segmentFilters: [{ type: 'and', predicates: [{ dimensions: 'x' }] }] }],
    ['a field that it does not simulate', { aggregations: [{}] }],
  ])('%s', async (_, body) => {
    const before = genesys.violations.length;
    const { status, body: answer } = await ask(body);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ status: 400, contextId: expect.any(String) as string, errors: [] });
    expect(genesys.violations).toHaveLength(before + 1);
  });

  it('a body that is no JSON object', async () => {
    expect((await caller.post(PATH, [])).status).toBe(400);
    expect((await caller.get(PATH)).status).toBe(405);
  });
});

it('names the permission that is missing', async () => {
  const client = clientWithout('analytics:conversationDetail:view');
  genesys.world.setClients([client]);
  const { status, body } = await (await callerOf(genesys, client)).post(PATH, { interval: DAY });
  expect(status).toBe(403);
  expect(body).toMatchObject({
    code: 'missing.any.permissions',
    message: expect.stringContaining('analytics:conversationDetail:view') as string,
  });
});
