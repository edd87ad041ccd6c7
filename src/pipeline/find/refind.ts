/**
 * Looks again at conversations that were found before, by their ids: those that were still going on may have ended.
 * @module
 */
import type { GenesysClient } from '../genesys/client.ts';
import { isServerTimeout } from '../genesys/connection.ts';
import type { Conversation, Window } from '../types.ts';
import { withParticipants } from './live-conversation.ts';
import { conversationOfRow } from './row.ts';
import { idQueryOf } from './selection.ts';
import { daysOf } from './slices.ts';

export interface RefindOptions {
  readonly client: Pick<GenesysClient, 'detailsQuery' | 'conversation'>;
}

/** As they are now; those that are not found any more as they were. In pages, as `Find` has them. */
export type Refind = (
  conversations: readonly Conversation[],
  signal: AbortSignal,
) => AsyncIterable<readonly Conversation[]>;

/** Ids in one query. How many it takes is not documented; fewer are asked for where it takes too long. */
const AT_ONCE = 50;

const askFor = async (
  conversations: readonly Conversation[],
  { client }: RefindOptions,
  signal: AbortSignal,
): Promise<readonly Conversation[]> => {
  const starts = conversations.map(({ startAtMs }) => startAtMs);
  const interval: Window = { fromMs: Math.min(...starts), toMs: Math.max(...starts) + 1 };
  const ids = conversations.map(({ conversationId }) => conversationId);
  try {
    const { conversations: rows } = await client.detailsQuery(idQueryOf(interval, ids), signal);
    const found = rows.map(conversationOfRow).filter((one) => one !== undefined);
    const fresh = new Map(found.map((one) => [one.conversationId, one]));
    const now = conversations.map((one) => fresh.get(one.conversationId) ?? one);
    return await Promise.all(now.map((one) => withParticipants(one, client, signal)));
  } catch (error) {
    if (!isServerTimeout(error) || conversations.length === 1) throw error;
    const half = Math.ceil(conversations.length / 2);
    return [
      ...(await askFor(conversations.slice(0, half), { client }, signal)),
      ...(await askFor(conversations.slice(half), { client }, signal)),
    ];
  }
};

const pagesOf = async function* (
  conversations: readonly Conversation[],
  options: RefindOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly Conversation[]> {
  const sorted = conversations.toSorted((one, other) => one.startAtMs - other.startAtMs);
  const [first, last] = [sorted.at(0), sorted.at(-1)];
  if (!first || !last) return;
  for (const { fromMs, toMs } of daysOf({ fromMs: first.startAtMs, toMs: last.startAtMs + 1 })) {
    const ofDay = sorted.filter(({ startAtMs }) => fromMs <= startAtMs && startAtMs < toMs);
    for (let from = 0; from < ofDay.length; from += AT_ONCE) {
      yield askFor(ofDay.slice(from, from + AT_ONCE), options, signal);
    }
  }
};

/** The iteration rejects with a `CallscribeError` of the client, or the reason of the signal. */
export const createRefind =
  (options: RefindOptions): Refind =>
  (conversations, signal) =>
    pagesOf(conversations, options, signal);
