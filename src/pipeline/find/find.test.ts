/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { createFind } from './find.ts';
import {
  at,
  createAnalytics,
  day,
  failure,
  idsOf,
  minute,
  pagesOf,
  rowAt,
  rowsOf,
  swiftClock,
} from './test-analytics.ts';

const allIds = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `c${index}`);

describe('a small window', () => {
  it('is one query, all pages of it, each conversation once', async () => {
    const { client, log } = createAnalytics(rowsOf(257));
    expect(await idsOf(client, day)).toEqual(allIds(257));
    expect(log).toEqual([1, 2, 3].map((page) => `query 2026-11-23T00:00:00.000Z/2026-11-24T00:00:00.000Z p${page}`));
  });

  it('leaves out what the window or the direction leaves out, and what came twice', async () => {
    const rows = [
      rowAt('before', '2026-11-23T09:59:59.999Z'),
      rowAt('first', '2026-11-23T10:00:00Z'),
      rowAt('first', '2026-11-23T10:00:00Z'),
      rowAt('inbound', '2026-11-23T10:30:00Z', { originatingDirection: 'inbound' }),
      rowAt('chat', '2026-11-23T10:31:00Z', { participants: [{ sessions: [{ sessionId: 's', mediaType: 'chat' }] }] }),
      rowAt('last', '2026-11-23T10:59:59.999Z'),
      rowAt('after', '2026-11-23T11:00:00.000Z'),
    ];
    const window = { fromMs: at('2026-11-23T10:00:00Z'), toMs: at('2026-11-23T11:00:00Z') };
    expect(await idsOf(createAnalytics(rows, { byDay: true }).client, window)).toEqual(['first', 'last']);
    const both = { selection: { directions: ['Inbound', 'Outbound'] } } as const;
    const found = await idsOf(createAnalytics(rows, { byDay: true }).client, window, both);
    expect(found).toEqual(['first', 'inbound', 'last']);
  });

  it('asks for participants where a row has none, and does without where they are gone', async () => {
    const bare = { participants: [] };
    const rows = [rowAt('known', '2026-11-23T10:00:00Z', bare), rowAt('gone', '2026-11-23T11:00:00Z', bare)];
    const live = { known: { participants: [{ id: 'p', purpose: 'user', calls: [{ id: 's' }] }] } };
    const found = (await pagesOf(createAnalytics(rows, { live }).client, day)).flat();
    expect(found.map(({ participants }) => participants.map(({ kind }) => kind))).toEqual([['agent'], []]);
  });

  it('reads a page only when it is needed', async () => {
    const { client, log } = createAnalytics(rowsOf(300));
    const find = createFind({ client, window: day, selection: {}, clock: swiftClock(), random: () => 0.5 });
    for await (const page of find(new AbortController().signal)) if (page.length > 0) break;
    expect(log).toHaveLength(1);
  });

  it('passes the error of the client on', async () => {
    const { client } = createAnalytics([], { failQuery: () => failure('CSC_GENESYS_FORBIDDEN', 403) });
    await expect(idsOf(client, day)).rejects.toMatchObject({ code: 'CSC_GENESYS_FORBIDDEN' });
  });
});

describe('a large window', () => {
  const few = { fewHits: 100 };

  it('is a job as far as there are data, and queries from there on', async () => {
    const { client, log } = createAnalytics(rowsOf(290), { availableUntil: minute(200), jobPageSize: 150 });
    expect(await idsOf(client, day, few)).toEqual(allIds(290));
    expect(log).toEqual([
      'query 2026-11-23T00:00:00.000Z/2026-11-24T00:00:00.000Z p1',
      'availability',
      'job 2026-11-23T00:00:00.000Z/2026-11-23T03:20:00.000Z',
      'page',
      'page 150',
      'delete',
      'query 2026-11-23T03:20:00.000Z/2026-11-24T00:00:00.000Z p1',
    ]);
  });

  it('is jobs alone where all of it is old, of a week at most each', async () => {
    const window = { fromMs: at('2026-11-01T00:00:00Z'), toMs: at('2026-11-24T00:00:00Z') };
    const { client, log } = createAnalytics(rowsOf(300), { availableUntil: '2026-11-25T00:00:00Z' });
    expect(await idsOf(client, window, few)).toEqual(allIds(300));
    expect(log.filter((line) => line.startsWith('job'))).toHaveLength(4);
    expect(log.filter((line) => line.startsWith('query'))).toEqual([]);
  });

  it.each([
    ['there are no jobs', {}],
    ['nothing is available yet', { availableUntil: '2026-11-01T00:00:00Z' }],
    ['jobs fail', { availableUntil: '2026-11-25T00:00:00Z', jobStates: ['Gone', 'Gone'] as const }],
    [
      'their results expire',
      { availableUntil: '2026-11-25T00:00:00Z', jobPageSize: 100, failJobPage: (call: number) => gone(call) },
    ],
  ])('is queries alone where %s', async (_, options) => {
    const { client, log } = createAnalytics(rowsOf(300), options);
    expect((await idsOf(client, day, few)).toSorted((a, b) => a.localeCompare(b))).toEqual(
      allIds(300).toSorted((a, b) => a.localeCompare(b)),
    );
    expect(log.filter((line) => line.startsWith('query')).length).toBeGreaterThanOrEqual(4);
    expect(log.filter((line) => line.startsWith('job'))).toHaveLength(log.filter((line) => line === 'delete').length);
  });

  it('submits a job again whose results expired', async () => {
    const failJobPage = (call: number) => (call === 2 ? failure('CSC_GENESYS_NOT_FOUND', 404) : undefined);
    const options = { availableUntil: '2026-11-25T00:00:00Z', jobPageSize: 150, failJobPage };
    const { client, log } = createAnalytics(rowsOf(300), options);
    expect(await idsOf(client, day, few)).toEqual(allIds(300));
    expect(log.filter((line) => line.startsWith('job'))).toHaveLength(2);
  });

  it('waits for a job with growing pauses', async () => {
    const clock = swiftClock();
    const jobStates = ['Pending', 'Pending', 'Done'] as const;
    const { client } = createAnalytics(rowsOf(300), { availableUntil: '2026-11-25T00:00:00Z', jobStates });
    await idsOf(client, day, { ...few, clock });
    expect(clock.waits).toEqual([3000, 5000, 7000]);
  });

  it('is not read on after an error that says nothing about jobs', async () => {
    const failJobPage = () => failure('CSC_GENESYS_UNAVAILABLE', 500);
    const { client, log } = createAnalytics(rowsOf(300), { availableUntil: '2026-11-25T00:00:00Z', failJobPage });
    await expect(idsOf(client, day, few)).rejects.toMatchObject({ code: 'CSC_GENESYS_UNAVAILABLE' });
    expect(log.at(-1)).toBe('delete');
  });

  it.each(['CSC_GENESYS_BAD_REQUEST', 'CSC_GENESYS_UNAVAILABLE'] as const)(
    'is one that the query refuses with %s',
    async (code) => {
      const status = code === 'CSC_GENESYS_BAD_REQUEST' ? 400 : 504;
      const options = { availableUntil: '2026-11-25T00:00:00Z', failQuery: () => failure(code, status) };
      const { client } = createAnalytics(rowsOf(10), options);
      expect(await idsOf(client, day)).toEqual(allIds(10));
    },
  );
});

const gone = (call: number) => (call % 2 === 0 ? failure('CSC_GENESYS_NOT_FOUND', 404) : undefined);

describe('waiting for the data', () => {
  it('ends when they are there', async () => {
    const dates = ['2026-11-23T12:00:00Z', '2026-11-23T18:00:00Z', '2026-11-24T00:00:00Z'];
    const { client, log } = createAnalytics(rowsOf(10), {
      availableUntil: () => dates.shift() ?? '2026-11-24T00:00:00Z',
    });
    const clock = swiftClock();
    const told: (string | undefined)[] = [];
    const find = createFind({
      client,
      window: day,
      selection: {},
      clock,
      random: () => 0.5,
      waitForAvailabilityMs: 3_600_000,
    });
    const found = await Array.fromAsync(find(new AbortController().signal, (text) => told.push(text)));
    expect(found.flat()).toHaveLength(10);
    expect(clock.waits).toEqual([300_000, 300_000]);
    expect(log.slice(0, 3)).toEqual(['availability', 'availability', 'availability']);
    const text = (time: string) =>
      `the analytics data of the window are complete until 2026-11-23T${time}:00.000Z only; they are waited for`;
    expect(told).toEqual([text('12:00'), text('18:00'), undefined]);
  });

  it('has a deadline', async () => {
    const { client } = createAnalytics(rowsOf(10), { availableUntil: '2026-11-23T12:00:00Z' });
    const clock = swiftClock();
    expect(await idsOf(client, day, { waitForAvailabilityMs: 400_000, clock })).toHaveLength(10);
    expect(clock.waits).toEqual([300_000, 100_000]);
  });

  it('is of no use where there are no jobs', async () => {
    const clock = swiftClock();
    expect(await idsOf(createAnalytics(rowsOf(10)).client, day, { waitForAvailabilityMs: 1e9, clock })).toHaveLength(
      10,
    );
    expect(clock.waits).toEqual([]);
  });
});
