/**
 * The free time of a run: given out in the order in which attempts end, and never twice.
 * @module
 */
import type { Row } from '../types.ts';
import type { RunPrice } from './rates.ts';

/** The row with what is free taken off its cost. Takes it at once, before the row is written anywhere. */
export type Allowance = (row: Row) => Row;

/** @param rows what earlier attempts of the run used up */
export const createAllowance = ({ freeMs, pricing }: RunPrice, rows: readonly Row[]): Allowance => {
  let leftMs = rows.reduce((left, row) => left - row.freeMs, freeMs);
  return (row) => {
    const takenMs = row.costMicros > 0 ? Math.min(row.billedMs, Math.max(0, leftMs)) : 0;
    if (takenMs === 0) return row;
    leftMs -= takenMs;
    return { ...row, freeMs: takenMs, costMicros: pricing.microsOf(row.billedMs - takenMs) };
  };
};
