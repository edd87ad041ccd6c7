/**
 * What rows add up to: counts, lengths and the four numbers of money, with where money went to waste. Pure.
 * @module
 */
import { isBilled } from '../pipeline/recording/row.ts';
import type { Outcome, Row } from '../pipeline/types.ts';

/** Sums over rows. Money is integer micro-units, time integer milliseconds. */
export interface Totals {
  /** Recordings and conversations without one, by how they ended. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Attempts for which money was spent, or may have been. */
  readonly billedAttempts: number;
  /** Of these attempts: the audio that was sent, and what of it is billed. */
  readonly audioMs: number;
  readonly billedMs: number;
  readonly freeMs: number;
  /** Of these attempts: what was expected, set aside, spent, and may have been spent. */
  readonly estimateMicros: number;
  readonly reservedMicros: number;
  readonly settledMicros: number;
  readonly unknownMicros: number;
  /** What the service's own figures come to, and what we settled for the same attempts. */
  readonly providerMicros: number;
  readonly providerAttempts: number;
  readonly comparedMicros: number;
  readonly avoidedMicros: number;
  /** Paid, and no transcript came of it. */
  readonly failedMicros: number;
  /** Paid again for what another run had. */
  readonly duplicateMicros: number;
}

type Sums = { -readonly [K in keyof Totals]: K extends 'outcomes' ? Record<Outcome, number> : number };

const ZERO: Totals = {
  outcomes: { Transcribed: 0, Skipped: 0, Failed: 0, NoRecording: 0 },
  billedAttempts: 0,
  audioMs: 0,
  billedMs: 0,
  freeMs: 0,
  estimateMicros: 0,
  reservedMicros: 0,
  settledMicros: 0,
  unknownMicros: 0,
  providerMicros: 0,
  providerAttempts: 0,
  comparedMicros: 0,
  avoidedMicros: 0,
  failedMicros: 0,
  duplicateMicros: 0,
};

const addBilled = (sums: Sums, row: Row): void => {
  sums.billedAttempts += 1;
  sums.audioMs += row.durationMs;
  sums.billedMs += row.billedMs;
  sums.freeMs += row.freeMs;
  sums.estimateMicros += row.estimateMicros;
  sums.reservedMicros += row.reservedMicros;
  sums.settledMicros += row.costMicros;
  sums.unknownMicros += row.costUnknownMicros;
  if (row.status === 'failed') sums.failedMicros += row.costMicros;
  if (row.status === 'success' && row.transcribedBy !== '') sums.duplicateMicros += row.costMicros;
  if (row.providerMicros === undefined) return;
  sums.providerAttempts += 1;
  sums.providerMicros += row.providerMicros;
  sums.comparedMicros += row.costMicros;
};

/** Totals that grow. */
export interface Sum {
  readonly totals: Totals;
  add(row: Row): void;
}

export const createSum = (): Sum => {
  const sums: Sums = { ...ZERO, outcomes: { ...ZERO.outcomes } };
  return {
    totals: sums,
    add: (row) => {
      if (row.outcome !== '') sums.outcomes[row.outcome] += 1;
      sums.avoidedMicros += row.avoidedMicros;
      if (isBilled(row)) addBilled(sums, row);
    },
  };
};

export const totalsOf = (rows: Iterable<Row>): Totals => {
  const sum = createSum();
  for (const row of rows) sum.add(row);
  return sum.totals;
};

const plus = <T extends object>(a: T, b: T): T =>
  Object.fromEntries(
    Object.entries(a).map(([key, value]) => {
      const other = (b as Record<string, unknown>)[key];
      return [key, typeof value === 'number' ? value + (other as number) : plus(value as object, other as object)];
    }),
  ) as T;

/** One for several. */
export const joinTotals = (totals: readonly Totals[]): Totals => totals.reduce(plus, ZERO);

/** How many ended, in any way. */
export const endedIn = ({ outcomes }: Totals): number =>
  outcomes.Transcribed + outcomes.Skipped + outcomes.Failed + outcomes.NoRecording;

/** An amount for each of `count`, rounded half up; undefined where there is none. */
export const perUnit = (micros: number, count: number, unit = 1): number | undefined =>
  count === 0 ? undefined : Number((2n * BigInt(micros) * BigInt(unit) + BigInt(count)) / (2n * BigInt(count)));
