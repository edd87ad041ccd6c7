/**
 * The ways in which a report is cut, and the totals of each piece. Every row is in exactly one piece of each, so each way adds up
 * to the whole. Pure.
 * @module
 */
import type { Row } from '../pipeline/types.ts';
import type { DayOf } from './days.ts';
import { createSum, joinTotals, type Sum, type Totals } from './totals.ts';

/** In the order in which they are shown. */
export const DIMENSIONS = [
  'day',
  'callDay',
  'queue',
  'campaign',
  'division',
  'agent',
  'provider',
  'outcome',
  'reason',
] as const;

export type Dimension = (typeof DIMENSIONS)[number];

export interface Piece {
  /** Empty for what has none. */
  readonly key: string;
  readonly totals: Totals;
}

/** One entry for what does not fit into a bounded list. */
export const OTHERS = '(others)';

/** What a row belongs to by itself. `day` is that of the attempt, which an invoice goes by; `callDay` that on which the call started. */
export const keysOf = (dayOf: DayOf): Readonly<Record<Exclude<Dimension, 'outcome'>, (row: Row) => string>> => ({
  day: ({ atMs }) => dayOf(atMs),
  callDay: ({ callAtMs }) => dayOf(callAtMs),
  queue: ({ queueId }) => queueId,
  campaign: ({ campaignId }) => campaignId,
  division: ({ divisionId }) => divisionId,
  agent: ({ agent }) => agent,
  provider: ({ provider, model }) => `${provider} ${model}`,
  reason: ({ errorCode }) => errorCode,
});

const byCost = (a: Piece, b: Piece): number =>
  b.totals.settledMicros + b.totals.unknownMicros - a.totals.settledMicros - a.totals.unknownMicros ||
  (a.key < b.key ? -1 : 1);

const byKey = (a: Piece, b: Piece): number => (a.key < b.key ? -1 : 1);

/** Days in order, everything else by what it cost. At most `limit`, the last one for all others. */
export const shorten = (pieces: readonly Piece[], dimension: Dimension, limit: number): readonly Piece[] => {
  const sorted = pieces.toSorted(dimension === 'day' || dimension === 'callDay' ? byKey : byCost);
  if (sorted.length <= limit) return sorted;
  const left = sorted.slice(limit - 1).map(({ totals }) => totals);
  return [...sorted.slice(0, limit - 1), { key: OTHERS, totals: joinTotals(left) }];
};

/** Sums by key, and nothing of the rows that went into them. */
export interface Cut {
  add(key: string, row: Row): void;
  readonly pieces: () => readonly Piece[];
}

export const createCut = (): Cut => {
  const sums = new Map<string, Sum>();
  return {
    add: (key, row) => {
      const sum = sums.get(key) ?? createSum();
      sums.set(key, sum);
      sum.add(row);
    },
    pieces: () => [...sums].map(([key, { totals }]) => ({ key, totals })),
  };
};
