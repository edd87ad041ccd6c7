/**
 * Window ─find─► Conversation. A small window is one query. A large one is read by details jobs as far as their data go, and by
 * queries from there on. Whatever the source, the rows come page by page and are looked at in the same way.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { DetailsPage, GenesysClient } from '../genesys/client.ts';
import { isServerTimeout } from '../genesys/connection.ts';
import type { Conversation, Window } from '../types.ts';
import { availabilityOf } from './availability.ts';
import { isWithoutJobs, jobPages } from './by-job.ts';
import { queryPages } from './by-query.ts';
import type { RowPage } from './by-query.ts';
import { IdSet } from './id-set.ts';
import { withParticipants } from './live-conversation.ts';
import { conversationOfRow } from './row.ts';
import { detailsQueryOf, directionsOf } from './selection.ts';
import type { Selection } from './selection.ts';
import { daysOf, spansOf } from './slices.ts';

export interface FindOptions {
  readonly client: Pick<
    GenesysClient,
    | 'detailsQuery'
    | 'conversation'
    | 'detailsAvailability'
    | 'submitDetailsJob'
    | 'detailsJobState'
    | 'detailsJobPage'
    | 'deleteDetailsJob'
  >;
  readonly window: Window;
  readonly selection: Selection;
  readonly clock: Clock;
  readonly random: Random;
  /** How long the data of details jobs are waited for; not at all without it. */
  readonly waitForAvailabilityMs?: number | undefined;

  /** What one query gives at most. Default 10,000. */
  readonly maxHits?: number;
  /** Up to so many conversations the query is as cheap as a job, and sooner done. Default 1000. */
  readonly fewHits?: number;
}

/** Pages of conversations, none of them empty. `note` is told what is waited for, and without a text that it is there. */
export type Find = (signal: AbortSignal, note?: (text?: string) => void) => AsyncIterable<readonly Conversation[]>;

/** The longest interval of one query or job, according to the official tutorials. */
const LONGEST_SPAN_MS = 7 * 86_400_000;
const FEW_HITS = 1000;

/**
 * The first page of the whole window, where one query can hold it. A window that the query refuses (it may be too old for it) or
 * takes too long for is one for jobs.
 */
const probe = async (options: FindOptions, signal: AbortSignal): Promise<DetailsPage | undefined> => {
  const { client, window, selection } = options;
  if (window.toMs - window.fromMs > LONGEST_SPAN_MS) return undefined;
  try {
    return await client.detailsQuery(detailsQueryOf(window, selection, 1), signal);
  } catch (error) {
    const isRefused = error instanceof CallscribeError && error.code === 'CSC_GENESYS_BAD_REQUEST';
    if (isRefused || isServerTimeout(error)) return undefined;
    throw error;
  }
};

/** A part of the window, and the rows in which its conversations are. */
interface Part {
  readonly window: Window;
  readonly pages: AsyncIterable<RowPage>;
}

const byQuery = (options: FindOptions, window: Window, signal: AbortSignal): readonly Part[] =>
  daysOf(window).map((day) => ({ window: day, pages: queryPages(options, day, signal) }));

/** By a job; by queries where it turns out that there are no jobs here. */
const byJob = async function* (options: FindOptions, span: Window, signal: AbortSignal): AsyncGenerator<RowPage> {
  try {
    yield* jobPages(options, span, signal);
  } catch (error) {
    if (!isWithoutJobs(error)) throw error;
    for (const { pages } of byQuery(options, span, signal)) yield* pages;
  }
};

const largeParts = (options: FindOptions, availableMs: number, signal: AbortSignal): readonly Part[] => {
  const { fromMs, toMs } = options.window;
  const borderMs = Math.min(toMs, Math.max(fromMs, availableMs));
  const spans = spansOf({ fromMs, toMs: borderMs }, LONGEST_SPAN_MS);
  return [
    ...spans.map((window) => ({ window, pages: byJob(options, window, signal) })),
    ...byQuery(options, { fromMs: borderMs, toMs }, signal),
  ];
};

type Note = (text?: string) => void;

/** The availability date once it has passed the end of the window, or the time for that is over. */
const waitForData = async (options: FindOptions, signal: AbortSignal, note: Note): Promise<number | undefined> => {
  const { window, clock, client, waitForAvailabilityMs: waitMs } = options;
  if (waitMs === undefined) return undefined;
  const onWait = (availableMs?: number): void => {
    if (availableMs === undefined) return note();
    const until = new Date(availableMs).toISOString();
    return note(`the analytics data of the window are complete until ${until} only; they are waited for`);
  };
  return availabilityOf({ client, clock, waitMs, onWait }, window.toMs, signal);
};

const partsOf = async (options: FindOptions, signal: AbortSignal, note: Note): Promise<readonly Part[]> => {
  const { window, clock, client, fewHits = FEW_HITS } = options;
  const waited = await waitForData(options, signal, note);
  const known = await probe(options, signal);
  if (known && (known.totalHits ?? 0) <= fewHits) {
    return [{ window, pages: queryPages(options, window, signal, { known }) }];
  }
  const availableMs = waited ?? (await availabilityOf({ client, clock }, window.toMs, signal));
  return largeParts(options, availableMs ?? Number.NEGATIVE_INFINITY, signal);
};

const isIn = ({ fromMs, toMs }: Window, atMs: number): boolean => fromMs <= atMs && atMs < toMs;

const conversationsOf = async function* (
  options: FindOptions,
  signal: AbortSignal,
  note: Note,
): AsyncGenerator<readonly Conversation[]> {
  const directions = new Set<string>(directionsOf(options.selection));
  const seen = new IdSet();
  for (const { window, pages } of await partsOf(options, signal, note)) {
    for await (const rows of pages) {
      const found = rows
        .map(conversationOfRow)
        .filter((one) => one !== undefined)
        .filter(({ startAtMs, direction }) => isIn(window, startAtMs) && directions.has(direction))
        .filter(({ conversationId }) => seen.add(conversationId));
      if (found.length === 0) continue;
      yield await Promise.all(found.map((one) => withParticipants(one, options.client, signal)));
    }
  }
};

/**
 * The voice conversations that started in the window, each once. Which conversations an interval touches is decided by Genesys in
 * days or by what went on in it, so the start is compared with the window again here; that also makes the parts of a window
 * disjoint.
 *
 * The iteration rejects with a `CallscribeError` of the client, or the reason of the signal.
 */
export const createFind =
  (options: FindOptions): Find =>
  (signal, note = () => {}) =>
    conversationsOf(options, signal, note);
