/**
 * The rows of an interval by the details query, page by page. The query counts by offset and gives no more than 10,000 rows, so
 * an interval with more is read in halves, and one whose pages shifted meanwhile is read again.
 * @module
 */
import type { DetailsPage, GenesysClient } from '../genesys/client.ts';
import { isServerTimeout } from '../genesys/connection.ts';
import { readText } from '../genesys/read.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Window } from '../types.ts';
import { detailsQueryOf, PAGE_SIZE } from './selection.ts';
import type { Selection } from './selection.ts';
import { halvesOf } from './slices.ts';

export interface QueryOptions {
  readonly client: Pick<GenesysClient, 'detailsQuery'>;
  readonly selection: Selection;
  /** What one query gives at most, however many pages are asked for. Default 10,000, according to the official tutorials. */
  readonly maxHits?: number;
}

const MAX_HITS = 10_000;
/** Intervals are not cut below this: so many calls do not start within a minute. */
const SHORTEST_MS = 60_000;
/** How often an interval is read that seems to have more rows than came. */
const READINGS = 3;

export type RowPage = readonly JSONObject[];

/** Where the pages of one interval stand. */
interface Reading {
  /** The rows that came, by conversation. */
  readonly seen: Set<string>;
  /** The largest number that a page told. */
  hits: number;
  readonly hitsOfWhole: number;
  readonly canBeCut: boolean;
}

const freshRows = ({ conversations }: DetailsPage, { seen }: Reading): RowPage =>
  conversations.filter((row) => {
    const id = readText(row['conversationId']);
    if (id === undefined || seen.has(id)) return false;
    seen.add(id);
    return true;
  });

/** A page that is not full is the last one, unless it is known that there are more; some gateways have smaller pages. */
const isLast = ({ conversations, totalHits }: DetailsPage, { seen, hits }: Reading): boolean =>
  conversations.length === 0 || (conversations.length < PAGE_SIZE && totalHits !== undefined && seen.size >= hits);

const ask = (options: QueryOptions, slice: Window, pageNumber: number, signal: AbortSignal): Promise<DetailsPage> =>
  options.client.detailsQuery(detailsQueryOf(slice, options.selection, pageNumber), signal);

/** What is left of an interval after its first page. Goes on beyond `maxHits` where cutting is of no use: the query then says no. */
const restOf = async function* (
  options: QueryOptions,
  slice: Window,
  reading: Reading,
  signal: AbortSignal,
): AsyncGenerator<RowPage, boolean> {
  const { maxHits = MAX_HITS } = options;
  for (let pageNumber = 2; ; pageNumber += 1) {
    if (reading.canBeCut && pageNumber * PAGE_SIZE > maxHits) return false;
    const page = await ask(options, slice, pageNumber, signal);
    reading.hits = Math.max(reading.hits, page.totalHits ?? 0);
    yield freshRows(page, reading);
    if (isLast(page, reading)) return true;
  }
};

/** The first page, or undefined where even that takes the service too long. */
const firstPage = async (
  options: QueryOptions,
  slice: Window,
  { canBeCut }: Reading,
  signal: AbortSignal,
): Promise<DetailsPage | undefined> => {
  try {
    return await ask(options, slice, 1, signal);
  } catch (error) {
    if (canBeCut && isServerTimeout(error)) return undefined;
    throw error;
  }
};

/** One reading of an interval; false where it has to be cut. */
const readOnce = async function* (
  options: QueryOptions,
  slice: Window,
  reading: Reading,
  { known, signal }: { readonly known: DetailsPage | undefined; readonly signal: AbortSignal },
): AsyncGenerator<RowPage, boolean> {
  const first = known ?? (await firstPage(options, slice, reading, signal));
  if (!first) return false;
  reading.hits = Math.max(reading.hits, first.totalHits ?? 0);
  const { maxHits = MAX_HITS } = options;
  if (reading.canBeCut && reading.hits > maxHits && reading.hits < reading.hitsOfWhole) return false;
  yield freshRows(first, reading);
  return isLast(first, reading) ? true : yield* restOf(options, slice, reading, signal);
};

/** Reads an interval as often as it seems to have more rows than came, and something new comes; false where it has to be cut. */
const readAll = async function* (
  options: QueryOptions,
  slice: Window,
  reading: Reading,
  { known, signal }: { readonly known: DetailsPage | undefined; readonly signal: AbortSignal },
): AsyncGenerator<RowPage, boolean> {
  for (let count = 1; count <= READINGS; count += 1) {
    const before = reading.seen.size;
    const first = count === 1 ? known : undefined;
    if (!(yield* readOnce(options, slice, reading, { known: first, signal }))) return false;
    if (reading.seen.size >= reading.hits || (count > 1 && reading.seen.size === before)) return true;
  }
  return true;
};

export interface QueryContext {
  /** The first page, where somebody asked for it already. */
  readonly known?: DetailsPage;
  /** Rows of the interval of which this one is a part. */
  readonly hitsOfWhole?: number;
}

/**
 * All rows of an interval, each conversation once unless the interval was cut. They are those that started on a day which the
 * interval touches: who wants only those that started within it has to look.
 */
export const queryPages = async function* (
  options: QueryOptions,
  slice: Window,
  signal: AbortSignal,
  { known, hitsOfWhole = Number.POSITIVE_INFINITY }: QueryContext = {},
): AsyncGenerator<RowPage> {
  const halves = halvesOf(slice, SHORTEST_MS);
  const reading: Reading = { seen: new Set(), hits: 0, hitsOfWhole, canBeCut: halves !== undefined };
  if (yield* readAll(options, slice, reading, { known, signal })) return;
  const context = { hitsOfWhole: reading.hits || hitsOfWhole };
  for (const half of halves ?? []) yield* queryPages(options, half, signal, context);
};
