/**
 * `POST /api/v2/analytics/conversations/details/query`: what it refuses, and what it gives.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import { badRequest } from './answers.ts';
import { compileFilters, isObject, listOf, oneOf, onlyFields } from './details-filter.ts';
import type { JSONObject } from './details-filter.ts';
import type { LiveWorld } from './live-world.ts';
import type { Looks } from './looks.ts';
import { analyticsRow } from './rows.ts';
import { fieldsOf, shaped } from './shapes.ts';
import type { WorldConversation } from './world.ts';

const DAY_MS = 86_400_000;
const LONGEST_INTERVAL_MS = 31 * DAY_MS;
const LARGEST_PAGE = 100;
const USUAL_PAGE = 25;
/** Pages beyond this many rows are refused. */
const MOST_ROWS = 10_000;
/** Results that are kept, so that reading all pages of a query filters the world once. */
const KEPT_RESULTS = 8;

const NOT_SIMULATED = ['evaluationFilters', 'surveyFilters', 'resolutionFilters', 'aggregations'] as const;
const FIELDS = fieldsOf<Models.ConversationQuery>({
  interval: true,
  order: true,
  orderBy: true,
  paging: true,
  conversationFilters: true,
  segmentFilters: true,
  evaluationFilters: true,
  surveyFilters: true,
  resolutionFilters: true,
  aggregations: true,
});
const PAGING_FIELDS = fieldsOf<Models.PagingSpec>({ pageSize: true, pageNumber: true });
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/u;

const instantOf = (text: string): number => {
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw badRequest('interval is not a valid ISO-8601 interval', 'invalid.date');
  return ms;
};

/** @throws GenesysError 400 */
export const intervalOf = (value: unknown): readonly [fromMs: number, toMs: number] => {
  const [from = '', to = '', ...more] = typeof value === 'string' ? value.split('/') : [];
  const [fromMs, toMs] = [instantOf(from), instantOf(to)];
  if (more.length > 0 || fromMs >= toMs) throw badRequest('interval is not a valid ISO-8601 interval', 'invalid.date');
  if (toMs - fromMs > LONGEST_INTERVAL_MS) throw badRequest('interval is longer than 31 days', 'invalid.date');
  return [fromMs, toMs];
};

const wholeFromOne = (what: string, value: unknown, largest: number): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= largest) return value;
  throw badRequest(`${what} must be a whole number from 1 to ${largest}`, 'invalid.value');
};

const pagingOf = (value: unknown): readonly [size: number, number: number] => {
  if (value === undefined) return [USUAL_PAGE, 1];
  if (!isObject(value)) throw badRequest('paging must be an object');
  onlyFields(value, 'paging', PAGING_FIELDS);
  const size = wholeFromOne('paging.pageSize', value['pageSize'], LARGEST_PAGE);
  const number = wholeFromOne('paging.pageNumber', value['pageNumber'], Number.MAX_SAFE_INTEGER);
  if (size * number > MOST_ROWS) throw badRequest(`the page lies beyond ${MOST_ROWS} rows`, 'invalid.value');
  return [size, number];
};

/** @throws GenesysError 400 for real fields that the simulator has no use for */
export const refuseUnsimulated = (body: JSONObject): void => {
  for (const field of NOT_SIMULATED) {
    if (listOf(field, body[field]).length > 0) throw badRequest(`${field} is not simulated`);
  }
};

const checkShape = (body: unknown): JSONObject => {
  if (!isObject(body)) throw badRequest('the body must be an object');
  onlyFields(body, 'the body', FIELDS);
  refuseUnsimulated(body);
  return body;
};

/** Segments are not what the rows are about: both orders by segment go by the conversation as well. */
const ORDERS = ['conversationStart', 'conversationEnd', 'segmentStart', 'segmentEnd'] as const;

const keyOf = (orderBy: (typeof ORDERS)[number]) =>
  orderBy.endsWith('End')
    ? ({ endAtMs }: WorldConversation): number => endAtMs ?? Number.MAX_SAFE_INTEGER
    : ({ startAtMs }: WorldConversation): number => startAtMs;

const startOfDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/**
 * Conversations that overlap the interval and started on a day that it touches: also some that started before it, so that who
 * wants those that started within the interval has to filter again.
 */
const search = (body: JSONObject, world: LiveWorld): readonly WorldConversation[] => {
  const [fromMs, toMs] = intervalOf(body['interval']);
  const order = oneOf('order', body['order'], ['asc', 'desc', 'unordered'], 'asc');
  const orderBy = oneOf('orderBy', body['orderBy'], ORDERS, 'conversationStart');
  const passes = compileFilters(body['conversationFilters'], body['segmentFilters']);
  const found = world
    .startedWithin(startOfDay(fromMs), toMs)
    .filter(({ endAtMs = Number.POSITIVE_INFINITY }) => endAtMs >= fromMs)
    .filter(passes);
  if (order === 'unordered') return found;
  const [key, sign] = [keyOf(orderBy), order === 'desc' ? -1 : 1];
  return found.toSorted((one, other) => sign * (key(one) - key(other)));
};

/**
 * `quirk`: `duplicatedPage` gives the page before instead, `shiftedPage` leaves out some rows in front of the page, `fewerHits`
 * and `moreHits` miscount.
 * @throws GenesysError 400 for what the real one refuses
 */
export type DetailsQuery = (body: unknown, quirk?: string) => Models.AnalyticsConversationQueryResponse;

/** How far a page lies from where it should be, in rows. */
const shiftOf = (quirk: string | undefined, pageSize: number): number => {
  if (quirk === 'duplicatedPage') return -pageSize;
  return quirk === 'shiftedPage' ? 3 : 0;
};

const hitsOf = (hits: number, quirk: string | undefined): number => {
  if (quirk === 'fewerHits') return Math.floor(hits / 2);
  return quirk === 'moreHits' ? hits + 7 : hits;
};

export const createDetailsQuery = (world: LiveWorld, looks: Looks): DetailsQuery => {
  const kept = new Map<string, readonly WorldConversation[]>();
  const resultOf = (body: JSONObject): readonly WorldConversation[] => {
    const key = JSON.stringify([world.version(), { ...body, paging: undefined }]);
    const result = kept.get(key) ?? search(body, world);
    kept.delete(key);
    kept.set(key, result);
    const [oldest] = kept.keys();
    if (kept.size > KEPT_RESULTS && oldest !== undefined) kept.delete(oldest);
    return result;
  };
  return (given, quirk) => {
    const body = checkShape(given);
    const [pageSize, pageNumber] = pagingOf(body['paging']);
    const found = resultOf(body);
    const from = Math.max(0, (pageNumber - 1) * pageSize + shiftOf(quirk, pageSize));
    const page = found.slice(from, from + pageSize).map((one) => analyticsRow(looks.conversation(one)));
    // The list is absent, not empty, where nothing is on the page.
    return shaped<Models.AnalyticsConversationQueryResponse>()({
      ...(page.length > 0 && { conversations: page }),
      totalHits: hitsOf(found.length, quirk),
    });
  };
};
