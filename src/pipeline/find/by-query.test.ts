/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { queryPages } from './by-query.ts';
import type { QueryOptions } from './by-query.ts';
import { createAnalytics, day, failure, minute, rowAt, rowsOf } from './test-analytics.ts';

const read = async (client: QueryOptions['client'], more: Partial<QueryOptions> = {}): Promise<string[]> => {
  const pages = queryPages({ client, selection: {}, ...more }, day, new AbortController().signal);
  return (await Array.fromAsync(pages)).flat().map(({ conversationId }) => String(conversationId));
};

const unique = (ids: readonly string[]): number => new Set(ids).size;

describe('queryPages', () => {
  it.each([
    ['one that is full', 200, 3],
    ['one that is not', 250, 3],
    ['one that is empty', 0, 1],
  ])('ends with %s', async (_, count, calls) => {
    const { client, log } = createAnalytics(rowsOf(count));
    expect(await read(client)).toHaveLength(count);
    expect(log).toHaveLength(calls);
  });

  it.each([{ pageSize: 25 }, { tellTotal: false }, { pageSize: 25, tellTotal: false }])(
    'reads all pages of a server with %j',
    async (options) => {
      expect(await read(createAnalytics(rowsOf(110), options).client)).toHaveLength(110);
    },
  );

  it('halves an interval with more rows than a query gives', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => rowAt(`c${index}`, minute(index * 30)));
    const { client, log } = createAnalytics(rows);
    expect(unique(await read(client, { maxHits: 15 }))).toBe(40);
    expect(log.length).toBeGreaterThan(3);
  });

  it('does not go on halving where that changes nothing', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => rowAt(`c${index}`, minute(index * 30)));
    const { client, log } = createAnalytics(rows, { byDay: true });
    expect(unique(await read(client, { maxHits: 15 }))).toBe(40);
    expect(log).toHaveLength(3);
  });

  it('halves also where the number was wrong, and the pages do not end', async () => {
    const { client } = createAnalytics(rowsOf(1400), { distort: (_, page) => [page, 50] });
    expect(unique(await read(client, { maxHits: 1000 }))).toBe(1400);
  });

  it('asks for half where the whole takes the service too long', async () => {
    const slow = (interval: string) => {
      const [from = '', to = ''] = interval.split('/').map(Date.parse);
      return Number(to) - Number(from) > 7 * 3_600_000 ? failure('CSC_GENESYS_UNAVAILABLE', 504) : undefined;
    };
    const { client } = createAnalytics(rowsOf(250), { failQuery: slow });
    expect(unique(await read(client))).toBe(250);
  });

  it('does not halve for ever', async () => {
    const { client } = createAnalytics([], { failQuery: () => failure('CSC_GENESYS_UNAVAILABLE', 504) });
    await expect(read(client)).rejects.toMatchObject({ status: 504 });
  });

  it.each<[string, NonNullable<Parameters<typeof createAnalytics>[1]>['distort']]>([
    ['a page came twice', (call, page, hits) => [call === 2 ? rowsOf(100) : page, hits]],
    ['a page lacks some', (call, page, hits) => [call === 2 ? page.slice(7) : page, hits]],
    ['there are said to be fewer', (_, page, hits) => [page, Math.floor(hits / 2)]],
    ['there are said to be more', (_, page, hits) => [page, hits + 5]],
    ['there are said to be none', (_, page) => [page, 0]],
  ])('finds all where %s', async (_, distort) => {
    const { client, log } = createAnalytics(rowsOf(300), distort ? { distort } : {});
    const ids = await read(client);
    expect(ids).toHaveLength(300);
    expect(unique(ids)).toBe(300);
    expect(log.length).toBeLessThanOrEqual(8);
  });
});
