/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { asyncQueryOf, detailsQueryOf, idQueryOf } from './selection.ts';
import { daysOf, halvesOf, spansOf } from './slices.ts';
import { at, day } from './test-analytics.ts';

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

it('asyncQueryOf asks for the same, without pages', () => {
  const { paging, ...query } = detailsQueryOf(day, { queueIDs: ['q'] }, 1);
  expect(paging).toBeDefined();
  expect(asyncQueryOf(day, { queueIDs: ['q'] })).toEqual(query);
});

it('idQueryOf asks for these conversations and nothing else', () => {
  const { conversationFilters, segmentFilters } = idQueryOf(day, ['a', 'b']);
  expect(conversationFilters?.[0]?.predicates?.map(({ value }) => value)).toEqual(['a', 'b']);
  expect(segmentFilters).toBeUndefined();
});

describe('slices', () => {
  it('cover the window without gap or overlap', () => {
    const window = { fromMs: at('2026-11-20T07:30:00Z'), toMs: at('2026-11-23T00:00:00Z') };
    for (const slices of [daysOf(window), spansOf(window, 86_400_000)]) {
      expect(slices).toHaveLength(3);
      expect(slices[0]?.fromMs).toBe(window.fromMs);
      expect(slices.at(-1)?.toMs).toBe(window.toMs);
      for (const [index, one] of slices.slice(1).entries()) expect(one.fromMs).toBe(slices[index]?.toMs);
    }
    expect(daysOf({ fromMs: 5, toMs: 5 })).toEqual([]);
    expect(spansOf({ fromMs: 5, toMs: 5 }, 1)).toEqual([]);
  });

  it('are halved down to the shortest', () => {
    expect(halvesOf({ fromMs: 0, toMs: 101 }, 50)).toEqual([
      { fromMs: 0, toMs: 50 },
      { fromMs: 50, toMs: 101 },
    ]);
    expect(halvesOf({ fromMs: 0, toMs: 99 }, 50)).toBeUndefined();
  });
});
