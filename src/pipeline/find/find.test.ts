/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { CallscribeError } from '../../errors.ts';
import type { GenesysClient } from '../genesys/client.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Window } from '../types.ts';
import { createFind } from './find.ts';
import { detailsQueryOf } from './selection.ts';
import type { Selection } from './selection.ts';
import { daysOf, halvesOf } from './slices.ts';

const at = (text: string): number => Date.parse(text);

const rowAt = (conversationId: string, start: string, more: JSONObject = {}): JSONObject => ({
  conversationId,
  conversationStart: start,
  conversationEnd: start,
  originatingDirection: 'outbound',
  participants: [{ participantId: 'p', purpose: 'agent', sessions: [{ sessionId: 's', mediaType: 'voice' }] }],
  ...more,
});

interface FakeOptions {
  readonly pageSize?: number;
  readonly live?: Readonly<Record<string, JSONObject>>;
  /** True: every row of every day that the interval touches, as the documentation can be read. */
  readonly byDay?: boolean;
  readonly tellTotal?: boolean;
}

/** Answers like analytics: rows that start within the interval, in pages. */
const fakeClient = (rows: readonly JSONObject[], options: FakeOptions = {}) => {
  const { pageSize = 100, live = {}, byDay = false, tellTotal = true } = options;
  const intervals: string[] = [];
  const client: Pick<GenesysClient, 'detailsQuery' | 'conversation'> = {
    detailsQuery: async (query) => {
      const [from = '', to = ''] = (query.interval ?? '').split('/');
      intervals.push(`${query.interval} p${query.paging?.pageNumber}`);
      const key = (text: string): string => (byDay ? text.slice(0, 10) : text);
      const inside = rows.filter(({ conversationStart }) => {
        const start = new Date(String(conversationStart)).toISOString();
        return key(from) <= key(start) && (byDay ? key(start) <= key(to) : start < to);
      });
      const first = ((query.paging?.pageNumber ?? 1) - 1) * pageSize;
      return {
        conversations: inside.slice(first, first + pageSize),
        totalHits: tellTotal ? inside.length : undefined,
      };
    },
    conversation: async (id) => {
      const found = live[id];
      if (!found) throw new CallscribeError('CSC_GENESYS_NOT_FOUND', 'gone', { status: 404 });
      return found;
    },
  };
  return { client, intervals };
};

const idsOf = async (
  client: Pick<GenesysClient, 'detailsQuery' | 'conversation'>,
  window: Window,
  more: { selection?: Selection; maxHits?: number } = {},
): Promise<string[]> => {
  const find = createFind({ client, window, selection: {}, ...more });
  const found = await Array.fromAsync(find(new AbortController().signal));
  return found.map(({ conversationId }) => conversationId);
};

const day: Window = { fromMs: at('2026-11-23T00:00:00Z'), toMs: at('2026-11-24T00:00:00Z') };
const minute = (index: number): string => new Date(day.fromMs + index * 60_000).toISOString();

describe('createFind', () => {
  it('reads all pages, each conversation once', async () => {
    const rows = Array.from({ length: 257 }, (_, index) => rowAt(`c${index}`, minute(index)));
    const { client, intervals } = fakeClient(rows);
    expect(await idsOf(client, day)).toEqual(rows.map(({ conversationId }) => conversationId));
    expect(intervals).toHaveLength(3);
  });

  it.each([{ pageSize: 25 }, { tellTotal: false }])('reads all pages of a server with %j', async (options) => {
    const rows = Array.from({ length: 110 }, (_, index) => rowAt(`c${index}`, minute(index)));
    expect(await idsOf(fakeClient(rows, options).client, day)).toHaveLength(110);
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
    expect(await idsOf(fakeClient(rows, { byDay: true }).client, window)).toEqual(['first', 'last']);
    const both = { selection: { directions: ['Inbound', 'Outbound'] } } as const;
    expect(await idsOf(fakeClient(rows, { byDay: true }).client, window, both)).toEqual(['first', 'inbound', 'last']);
  });

  it('asks day by day, and gives what touches two days once', async () => {
    const rows = [rowAt('a', '2026-11-23T23:59:59Z'), rowAt('b', '2026-11-24T00:00:00Z')];
    const window = { fromMs: at('2026-11-23T12:00:00Z'), toMs: at('2026-11-24T12:00:00Z') };
    const { client, intervals } = fakeClient(rows, { byDay: true });
    expect(await idsOf(client, window)).toEqual(['a', 'b']);
    expect(intervals).toEqual([
      '2026-11-23T12:00:00.000Z/2026-11-24T00:00:00.000Z p1',
      '2026-11-24T00:00:00.000Z/2026-11-24T12:00:00.000Z p1',
    ]);
  });

  it('halves an interval with more rows than a query gives', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => rowAt(`c${index}`, minute(index * 30)));
    const { client, intervals } = fakeClient(rows);
    expect(await idsOf(client, day, { maxHits: 15 })).toHaveLength(40);
    expect(intervals.length).toBeGreaterThan(3);
  });

  it('does not go on halving where that changes nothing', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => rowAt(`c${index}`, minute(index * 30)));
    const { client, intervals } = fakeClient(rows, { byDay: true });
    expect(new Set(await idsOf(client, day, { maxHits: 15 })).size).toBe(40);
    expect(intervals).toHaveLength(3);
  });

  it('asks for participants where a row has none, and does without where they are gone', async () => {
    const bare = { participants: [] };
    const rows = [rowAt('known', '2026-11-23T10:00:00Z', bare), rowAt('gone', '2026-11-23T11:00:00Z', bare)];
    const live = { known: { participants: [{ id: 'p', purpose: 'user', calls: [{ id: 's' }] }] } };
    const find = createFind({ client: fakeClient(rows, { live }).client, window: day, selection: {} });
    const found = await Array.fromAsync(find(new AbortController().signal));
    expect(found.map(({ participants }) => participants.map(({ kind }) => kind))).toEqual([['agent'], []]);
  });

  it('reads a page only when it is needed', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => rowAt(`c${index}`, minute(index)));
    const { client, intervals } = fakeClient(rows);
    for await (const { conversationId } of createFind({ client, window: day, selection: {} })(
      new AbortController().signal,
    )) {
      if (conversationId === 'c50') break;
    }
    expect(intervals).toHaveLength(1);
  });

  it('passes the error of the client on', async () => {
    const failing = {
      ...fakeClient([]).client,
      detailsQuery: async () => {
        throw new CallscribeError('CSC_GENESYS_FORBIDDEN', 'missing analytics:conversationDetail:view');
      },
    };
    await expect(idsOf(failing, day)).rejects.toMatchObject({ code: 'CSC_GENESYS_FORBIDDEN' });
  });
});

describe('detailsQueryOf', () => {
  it('asks for outbound voice by default', () => {
    expect(detailsQueryOf(day, {}, 3)).toEqual({
      interval: '2026-11-23T00:00:00.000Z/2026-11-24T00:00:00.000Z',
      order: 'asc',
      orderBy: 'conversationStart',
      paging: { pageSize: 100, pageNumber: 3 },
      conversationFilters: [
        {
          type: 'or',
          predicates: [
            { type: 'dimension', dimension: 'originatingDirection', operator: 'matches', value: 'outbound' },
          ],
        },
      ],
      segmentFilters: [
        {
          type: 'or',
          predicates: [{ type: 'dimension', dimension: 'mediaType', operator: 'matches', value: 'voice' }],
        },
      ],
    });
  });

  it('adds a filter for each list of the selection', () => {
    const query = detailsQueryOf(day, { queueIDs: ['q1', 'q2'], divisionIDs: ['d'], campaignIDs: ['k'] }, 1);
    const shown = [...(query.conversationFilters ?? []), ...(query.segmentFilters ?? [])].map(({ predicates }) =>
      predicates?.map(({ dimension, value }) => `${dimension}=${value}`).join('|'),
    );
    expect(shown).toEqual([
      'originatingDirection=outbound',
      'divisionId=d',
      'mediaType=voice',
      'queueId=q1|queueId=q2',
      'outboundCampaignId=k',
    ]);
  });
});

describe('slices', () => {
  it('cover the window without gap or overlap', () => {
    const window = { fromMs: at('2026-11-20T07:30:00Z'), toMs: at('2026-11-23T00:00:00Z') };
    const days = daysOf(window);
    expect(days).toHaveLength(3);
    expect(days[0]?.fromMs).toBe(window.fromMs);
    expect(days.at(-1)?.toMs).toBe(window.toMs);
    for (const [index, one] of days.slice(1).entries()) expect(one.fromMs).toBe(days[index]?.toMs);
    expect(daysOf({ fromMs: 5, toMs: 5 })).toEqual([]);
  });

  it('are halved down to the shortest', () => {
    expect(halvesOf({ fromMs: 0, toMs: 101 }, 50)).toEqual([
      { fromMs: 0, toMs: 50 },
      { fromMs: 50, toMs: 101 },
    ]);
    expect(halvesOf({ fromMs: 0, toMs: 99 }, 50)).toBeUndefined();
  });
});
