/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { JSONObject } from '../genesys/read.ts';
import type { Conversation } from '../types.ts';
import { createRefind } from './refind.ts';
import { conversationOfRow } from './row.ts';
import { failure, minute, rowAt } from './test-analytics.ts';

const live = (index: number, start = minute(index)): Conversation => {
  const { conversationEnd: _end, ...row } = rowAt(`c${index}`, start);
  const conversation = conversationOfRow(row);
  if (!conversation) throw new Error('the row is no conversation');
  return conversation;
};

/** Analytics that finds by id, and takes too long for more than `most`. */
const analytics = (rows: readonly JSONObject[], most = 50) => {
  const asked: number[] = [];
  const client = {
    detailsQuery: async (query: {
      conversationFilters?: readonly { predicates?: readonly { value?: string }[] }[];
    }) => {
      const ids = query.conversationFilters?.[0]?.predicates?.map(({ value }) => value) ?? [];
      asked.push(ids.length);
      if (ids.length > most) throw failure('CSC_GENESYS_UNAVAILABLE', 504);
      const conversations = rows.filter(({ conversationId }) => ids.includes(String(conversationId)));
      return { conversations, totalHits: conversations.length };
    },
    conversation: () => Promise.reject(failure('CSC_GENESYS_NOT_FOUND', 404)),
  };
  return { client, asked };
};

const refind = async (client: ReturnType<typeof analytics>['client'], conversations: readonly Conversation[]) =>
  (await Array.fromAsync(createRefind({ client })(conversations, new AbortController().signal))).flat();

describe('refind', () => {
  it('gives conversations as they are now, and as they were where they are gone', async () => {
    const { client } = analytics([rowAt('c0', minute(0), { conversationEnd: minute(9) })]);
    const [ended, gone] = await refind(client, [live(0), live(1)]);
    expect(ended?.endAtMs).toBe(Date.parse(minute(9)));
    expect(gone).toEqual(live(1));
  });

  it('asks day by day and for fifty at a time', async () => {
    const conversations = [...Array.from({ length: 60 }, (_, index) => live(index)), live(99, '2026-11-24T10:00:00Z')];
    const { client, asked } = analytics([]);
    expect(await refind(client, conversations.toReversed())).toHaveLength(61);
    expect(asked).toEqual([50, 10, 1]);
  });

  it('asks for fewer where so many take too long', async () => {
    const { client, asked } = analytics([], 3);
    expect(
      await refind(
        client,
        Array.from({ length: 5 }, (_, index) => live(index)),
      ),
    ).toHaveLength(5);
    expect(asked).toEqual([5, 3, 2]);
  });

  it('asks for nothing where there is nothing', async () => {
    const { client, asked } = analytics([]);
    expect(await refind(client, [])).toEqual([]);
    expect(asked).toEqual([]);
  });
});
