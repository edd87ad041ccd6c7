/**
 * Rows cut into equal spans of time, by when the call started. Pure.
 * @module
 */
import type { Row, Window } from '../../pipeline/types.ts';
import { type Totals, totalsOf } from '../totals.ts';

export interface Bucket extends Window {
  readonly totals: Totals;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const STEPS_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  DAY_MS,
  7 * DAY_MS,
  28 * DAY_MS,
  364 * DAY_MS,
];

/** More columns than these cannot be told apart on a telephone. */
const MAX_BUCKETS = 32;

export const stepFor = (lengthMs: number): number =>
  STEPS_MS.find((step) => lengthMs / step <= MAX_BUCKETS) ?? Math.ceil(lengthMs / MAX_BUCKETS);

/** The time between the first and the last call, where no window is known. */
export const spanOf = (rows: readonly Row[]): Window => {
  const times = rows.map(({ callAtMs }) => callAtMs);
  const fromMs = times.reduce((least, at) => Math.min(least, at), times[0] ?? 0);
  return { fromMs, toMs: times.reduce((most, at) => Math.max(most, at), fromMs) + 1 };
};

/** Covers the window without a gap; rows of calls outside of it belong to the first or the last one. */
export const bucketsOf = (rows: readonly Row[], { fromMs, toMs }: Window): readonly Bucket[] => {
  const step = stepFor(toMs - fromMs);
  const count = Math.max(1, Math.ceil((toMs - fromMs) / step));
  const indexOf = ({ callAtMs }: Row): number =>
    Math.min(count - 1, Math.max(0, Math.floor((callAtMs - fromMs) / step)));
  const grouped = Map.groupBy(rows, indexOf);
  return Array.from({ length: count }, (_, index) => ({
    fromMs: fromMs + index * step,
    toMs: Math.min(toMs, fromMs + (index + 1) * step),
    totals: totalsOf(grouped.get(index) ?? []),
  }));
};

/** A round number not below `value`: 1, 2 or 5 with zeros. For the top of an axis. */
export const roundUp = (value: number): number => {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5].map((digit) => digit * power).find((one) => one >= value) ?? 10 * power;
};
