/**
 * Adds up a report row by row, so that a run of any length can be summarised without its rows in memory. What is kept are sums,
 * and the rows of recordings that have no outcome yet.
 * @module
 */
import type { Journal } from '../pipeline/plan.ts';
import { isBilled } from '../pipeline/recording/row.ts';
import type { Outcome, Row } from '../pipeline/types.ts';
import { createDays } from './days.ts';
import { createCut, type Cut, type Dimension, DIMENSIONS, keysOf, type Piece, shorten } from './dimensions.ts';
import { createSum, type Totals } from './totals.ts';

/** How many recordings ended in one way for one reason. */
export interface Reason {
  readonly outcome: Outcome;
  /** Empty for what was transcribed. */
  readonly reason: Row['errorCode'];
  readonly count: number;
}

export interface Accumulator {
  add(row: Row): void;
  readonly totals: Totals;
  /** Recordings that were sent at least once. */
  readonly sentRecordings: () => number;
  /** The most frequent first. */
  readonly reasons: () => readonly Reason[];
  readonly pieces: (dimension: Dimension, limit: number) => readonly Piece[];
}

/** What money was spent on before its recording has an outcome. */
const PENDING = 'Pending';

const recordingOf = ({ conversationId, recordingId }: Row): string => `${conversationId}/${recordingId}`;

/** Days are those of `timeZone`. */
export const createAccumulator = (timeZone: string): Accumulator => {
  const keys = Object.entries(keysOf(createDays(timeZone)));
  const cuts = new Map<string, Cut>(DIMENSIONS.map((dimension) => [dimension, createCut()]));
  const whole = createSum();
  const undecided = new Map<string, Row[]>();
  const reasons = new Map<string, Reason>();
  let sent = 0;

  const decide = (row: Row, outcome: Outcome): void => {
    const rows = [...(undecided.get(recordingOf(row)) ?? []), row];
    undecided.delete(recordingOf(row));
    for (const each of rows) cuts.get('outcome')?.add(outcome, each);
    if (rows.some(isBilled)) sent += 1;
    const key = `${outcome} ${row.errorCode}`;
    reasons.set(key, { outcome, reason: row.errorCode, count: (reasons.get(key)?.count ?? 0) + 1 });
  };

  return {
    totals: whole.totals,
    add: (row) => {
      whole.add(row);
      for (const [dimension, keyOf] of keys) cuts.get(dimension)?.add(keyOf(row), row);
      if (row.outcome !== '') decide(row, row.outcome);
      else undecided.set(recordingOf(row), [...(undecided.get(recordingOf(row)) ?? []), row]);
    },
    sentRecordings: () => sent + [...undecided.values()].filter((rows) => rows.some(isBilled)).length,
    reasons: () => [...reasons.values()].toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
    pieces: (dimension, limit) => {
      const cut = cuts.get(dimension)?.pieces() ?? [];
      if (dimension !== 'outcome' || undecided.size === 0) return shorten(cut, dimension, limit);
      const pending = createSum();
      for (const row of [...undecided.values()].flat()) pending.add(row);
      return shorten([...cut, { key: PENDING, totals: pending.totals }], dimension, limit);
    },
  };
};

export const accumulate = (rows: Iterable<Row>, timeZone: string): Accumulator => {
  const accumulator = createAccumulator(timeZone);
  for (const row of rows) accumulator.add(row);
  return accumulator;
};

/** A journal whose rows are added up: those of earlier attempts, and each new one when it is durable. */
export const accumulated = (journal: Journal, { add }: Pick<Accumulator, 'add'>): Journal => {
  for (const row of journal.rows()) add(row);
  return {
    rows: () => journal.rows(),
    held: () => journal.held(),
    reserve: (reservation) => journal.reserve(reservation),
    handBack: (reservation) => journal.handBack(reservation),
    hold: (held) => journal.hold(held),
    forget: (recordingId) => journal.forget(recordingId),
    settle: async (row) => {
      await journal.settle(row);
      add(row);
    },
  };
};
