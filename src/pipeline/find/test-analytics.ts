/**
 * Analytics in memory for the tests of this folder: the details query and details jobs over rows.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { Clock } from '../../clock.ts';
import type { JobState } from '../genesys/client.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Window } from '../types.ts';
import { createFind } from './find.ts';
import type { FindOptions } from './find.ts';

export const at = (text: string): number => Date.parse(text);

export const day: Window = { fromMs: at('2026-11-23T00:00:00Z'), toMs: at('2026-11-24T00:00:00Z') };
export const minute = (index: number): string => new Date(day.fromMs + index * 60_000).toISOString();

export const rowAt = (conversationId: string, start: string, more: JSONObject = {}): JSONObject => ({
  conversationId,
  conversationStart: start,
  conversationEnd: start,
  originatingDirection: 'outbound',
  participants: [{ participantId: 'p', purpose: 'agent', sessions: [{ sessionId: 's', mediaType: 'voice' }] }],
  ...more,
});

export const rowsOf = (count: number): readonly JSONObject[] =>
  Array.from({ length: count }, (_, index) => rowAt(`c${index}`, minute(index)));

export interface AnalyticsOptions {
  readonly pageSize?: number;
  readonly live?: Readonly<Record<string, JSONObject>>;
  /** True: every row of every day that the interval touches, as the documentation can be read. */
  readonly byDay?: boolean;
  readonly tellTotal?: boolean;
  /** Rows that a page lacks or has too much, and what it counts. By the number of the call, from 1. */
  readonly distort?: (
    call: number,
    page: readonly JSONObject[],
    hits: number,
  ) => readonly [readonly JSONObject[], number];
  readonly failQuery?: (interval: string, call: number) => CallscribeError | undefined;
  /** Until when jobs have data; without it there are none. */
  readonly availableUntil?: string | (() => string);
  readonly jobStates?: readonly JobState[];
  readonly jobPageSize?: number;
  readonly failJobPage?: (call: number) => CallscribeError | undefined;
}

export const failure = (code: CallscribeError['code'], status?: number): CallscribeError =>
  new CallscribeError(code, 'no', status === undefined ? {} : { status });

/** Sleeps take no time; the clock moves on with them. */
export const swiftClock = (nowMs = 0): Clock & { readonly waits: number[] } => {
  let now = nowMs;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
  };
};

/** Answers like analytics: rows that start within the interval, in pages. */
export const createAnalytics = (rows: readonly JSONObject[], options: AnalyticsOptions = {}) => {
  const { pageSize = 100, live = {}, byDay = false, tellTotal = true, distort, availableUntil } = options;
  const log: string[] = [];
  let [queries, pages, polls] = [0, 0, 0];
  const startOf = ({ conversationStart }: JSONObject): string => new Date(String(conversationStart)).toISOString();
  const within = (interval: string): readonly JSONObject[] => {
    const [from = '', to = ''] = interval.split('/');
    const key = (text: string): string => (byDay ? text.slice(0, 10) : text);
    return rows.filter((row) => {
      const start = startOf(row);
      return key(from) <= key(start) && (byDay ? key(start) <= key(to) : start < to);
    });
  };
  const availability = (): string => {
    if (availableUntil === undefined) throw failure('CSC_GENESYS_NOT_FOUND', 404);
    return typeof availableUntil === 'string' ? availableUntil : availableUntil();
  };
  const client: FindOptions['client'] = {
    detailsQuery: async ({ interval, paging }) => {
      queries += 1;
      log.push(`query ${interval} p${paging?.pageNumber}`);
      const failed = options.failQuery?.(interval, queries);
      if (failed) throw failed;
      const inside = within(interval);
      const first = ((paging?.pageNumber ?? 1) - 1) * pageSize;
      const page = inside.slice(first, first + pageSize);
      const [conversations, hits] = distort?.(queries, page, inside.length) ?? [page, inside.length];
      return { conversations, totalHits: tellTotal ? hits : undefined };
    },
    conversation: async (id) => {
      const found = live[id];
      if (!found) throw failure('CSC_GENESYS_NOT_FOUND', 404);
      return found;
    },
    detailsAvailability: async () => {
      log.push('availability');
      return at(availability());
    },
    submitDetailsJob: async ({ interval }) => {
      log.push(`job ${interval}`);
      return interval;
    },
    detailsJobState: async () => {
      polls += 1;
      return options.jobStates?.[polls - 1] ?? 'Done';
    },
    detailsJobPage: async (interval, cursor) => {
      pages += 1;
      log.push(`page ${cursor ?? ''}`.trim());
      const failed = options.failJobPage?.(pages);
      if (failed) throw failed;
      const inside = within(interval).filter((row) => startOf(row) < new Date(at(availability())).toISOString());
      const [from, size] = [Number(cursor ?? 0), options.jobPageSize ?? 1000];
      const next = from + size < inside.length ? { cursor: String(from + size) } : {};
      return { conversations: inside.slice(from, from + size), ...next };
    },
    deleteDetailsJob: async () => {
      log.push('delete');
    },
  };
  return { client, log };
};

export type FindMore = Partial<Omit<FindOptions, 'client' | 'window'>>;

/** What is found, page by page. */
export const pagesOf = async (client: FindOptions['client'], window: Window, more: FindMore = {}) => {
  const find = createFind({ client, window, selection: {}, clock: swiftClock(), random: () => 0.5, ...more });
  return Array.fromAsync(find(new AbortController().signal));
};

export const idsOf = async (client: FindOptions['client'], window: Window, more: FindMore = {}): Promise<string[]> =>
  (await pagesOf(client, window, more)).flat().map(({ conversationId }) => conversationId);
