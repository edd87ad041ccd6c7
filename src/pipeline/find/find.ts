/**
 * Window ─find─► Conversation: reads all pages of the details query, and no more than one page ahead.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { DetailsPage, GenesysClient } from '../genesys/client.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Conversation, Window } from '../types.ts';
import { participantsOfConversation } from './live-conversation.ts';
import { conversationOfRow } from './row.ts';
import { detailsQueryOf, directionsOf } from './selection.ts';
import type { Selection } from './selection.ts';
import { daysOf, halvesOf } from './slices.ts';

export interface FindOptions {
  readonly client: Pick<GenesysClient, 'detailsQuery' | 'conversation'>;
  readonly window: Window;
  readonly selection: Selection;
  /** The query gives no more than this of one interval, however many pages are asked for. Default 10,000. */
  readonly maxHits?: number;
}

/** What one query gives at most, according to the official tutorials. */
const MAX_HITS = 10_000;
/** Intervals are not cut below this: so many calls do not start within a minute. */
const SHORTEST_SLICE_MS = 60_000;

const isIn = ({ fromMs, toMs }: Window, atMs: number): boolean => fromMs <= atMs && atMs < toMs;

/** The participants of a conversation that came without, where Genesys still has them. */
const withParticipants = async (
  conversation: Conversation,
  client: FindOptions['client'],
  signal: AbortSignal,
): Promise<Conversation> => {
  if (conversation.participants.length > 0) return conversation;
  try {
    const live = await client.conversation(conversation.conversationId, signal);
    const openEndMs = conversation.endAtMs ?? conversation.startAtMs;
    return { ...conversation, participants: participantsOfConversation(live, openEndMs) };
  } catch (error) {
    // It is kept for a limited time only, and a role may lack the permission: the recording may be usable all the same.
    const isMissing =
      error instanceof CallscribeError &&
      (error.code === 'CSC_GENESYS_NOT_FOUND' || error.code === 'CSC_GENESYS_FORBIDDEN');
    if (isMissing) return conversation;
    throw error;
  }
};

/** All pages of one interval, until as many rows came as there are. */
const pagesOf = async function* (
  options: FindOptions,
  slice: Window,
  signal: AbortSignal,
): AsyncGenerator<DetailsPage> {
  let received = 0;
  for (let pageNumber = 1; ; pageNumber += 1) {
    const page = await options.client.detailsQuery(detailsQueryOf(slice, options.selection, pageNumber), signal);
    yield page;
    received += page.conversations.length;
    if (page.conversations.length === 0 || received === page.totalHits) return;
  }
};

/**
 * The rows of one interval. An interval with more rows than a query can give is read as two halves, unless that proved to be
 * of no use: then the query itself says where its limit is.
 */
const rowsOf = async function* (
  options: FindOptions,
  slice: Window,
  signal: AbortSignal,
  hitsOfWhole = Number.POSITIVE_INFINITY,
): AsyncGenerator<JSONObject> {
  const { maxHits = MAX_HITS } = options;
  for await (const { conversations, totalHits = 0 } of pagesOf(options, slice, signal)) {
    const isTooMany = totalHits > maxHits && totalHits < hitsOfWhole;
    const halves = isTooMany ? halvesOf(slice, SHORTEST_SLICE_MS) : undefined;
    if (halves) {
      for (const half of halves) yield* rowsOf(options, half, signal, totalHits);
      return;
    }
    yield* conversations;
  }
};

const conversationsOf = async function* (options: FindOptions, signal: AbortSignal): AsyncGenerator<Conversation> {
  const { window, selection, client } = options;
  const directions = new Set<string>(directionsOf(selection));
  for (const day of daysOf(window)) {
    // A conversation starts on one day, so what was seen of the day before need not be remembered.
    const seen = new Set<string>();
    for await (const row of rowsOf(options, day, signal)) {
      const conversation = conversationOfRow(row);
      if (!conversation || seen.has(conversation.conversationId)) continue;
      if (!isIn(day, conversation.startAtMs) || !directions.has(conversation.direction)) continue;
      seen.add(conversation.conversationId);
      yield withParticipants(conversation, client, signal);
    }
  }
};

/**
 * The voice conversations that started in the window, each once, in the order in which they started. Which conversations an
 * interval touches is decided by Genesys in days, so the start is compared with the window again here.
 *
 * The iteration rejects with a `CallscribeError` of the client, or the reason of the signal.
 */
export const createFind =
  (options: FindOptions): ((signal: AbortSignal) => AsyncIterable<Conversation>) =>
  (signal) =>
    conversationsOf(options, signal);
