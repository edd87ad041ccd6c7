/**
 * What rows add up to: outcomes, money, and what has been tried without an outcome yet.
 * @module
 */
import { isBilled } from '../recording/row.ts';
import type { Outcome, Row } from '../types.ts';

/** `conversationId/recordingId`; the second part is empty for a conversation that has no recording. */
export const keyOf = (item: { readonly conversationId: string; readonly recordingId: string }): string =>
  `${item.conversationId}/${item.recordingId}`;

export interface Tally {
  readonly isFinal: (key: string) => boolean;
  /** Attempts that rows account for, of what has no outcome yet. */
  readonly attemptsOf: (key: string) => number;
  /** The last row of each recording that was tried and has no outcome yet. */
  readonly unfinished: () => readonly Row[];
  /** How many have an outcome, and how many of them are recordings. */
  readonly finals: () => number;
  readonly finalRecordings: () => number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** How many ended with each error code. */
  readonly reasons: () => Readonly<Record<string, number>>;
  readonly sums: Readonly<
    Record<'settledMicros' | 'unknownMicros' | 'providerMicros' | 'avoidedMicros' | 'audioMs', number>
  >;
  add(row: Row): void;
}

const isLater = (row: Row, than: Row | undefined): boolean => row.attempt > 0 && row.attempt >= (than?.attempt ?? 0);

export const createTally = (rows: readonly Row[]): Tally => {
  const final = new Set<string>();
  const unfinished = new Map<string, Row>();
  const outcomes: Record<Outcome, number> = { Transcribed: 0, Skipped: 0, Failed: 0, NoRecording: 0 };
  const sums = { settledMicros: 0, unknownMicros: 0, providerMicros: 0, avoidedMicros: 0, audioMs: 0 };
  const reasons = new Map<string, number>();
  let finalRecordings = 0;

  const finish = (key: string, { recordingId, errorCode }: Row, outcome: Outcome): void => {
    unfinished.delete(key);
    // Counts are of recordings, not of rows: a second outcome of the same one would not add up.
    if (final.has(key)) return;
    final.add(key);
    outcomes[outcome] += 1;
    if (recordingId !== '') finalRecordings += 1;
    if (errorCode !== '') reasons.set(errorCode, (reasons.get(errorCode) ?? 0) + 1);
  };

  const add = (row: Row): void => {
    const key = keyOf(row);
    sums.settledMicros += row.costMicros;
    sums.unknownMicros += row.costUnknownMicros;
    sums.providerMicros += row.providerMicros ?? 0;
    sums.avoidedMicros += row.avoidedMicros;
    if (isBilled(row)) sums.audioMs += row.durationMs;
    if (row.outcome !== '') finish(key, row, row.outcome);
    else if (!final.has(key) && isLater(row, unfinished.get(key))) unfinished.set(key, row);
  };

  for (const row of rows) add(row);
  return {
    isFinal: (key) => final.has(key),
    attemptsOf: (key) => unfinished.get(key)?.attempt ?? 0,
    unfinished: () => [...unfinished.values()],
    finals: () => final.size,
    finalRecordings: () => finalRecordings,
    outcomes,
    reasons: () => Object.fromEntries(reasons),
    sums,
    add,
  };
};
