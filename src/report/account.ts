/**
 * The completeness account: everything that was found ended in exactly one way, each with its reason. Pure.
 * @module
 */
import type { Counts } from '../pipeline/plan.ts';
import type { Accumulator, Reason } from './accumulator.ts';
import { endedIn } from './totals.ts';

export interface Account {
  readonly found: number;
  readonly transcribed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly noRecording: number;
  /** Without an outcome yet. */
  readonly open: number;
  /** Of all that ended, the most frequent first. */
  readonly reasons: readonly Reason[];
  /** `found` is the sum of the others: each recording is in the report once with an outcome. */
  readonly addsUp: boolean;
}

/** `counts` are of recordings, the others of rows: one that is missing, or there twice, does not add up. */
export const accountOf = ({ totals, reasons }: Accumulator, { found, pending, inProgress }: Counts): Account => {
  const { Transcribed: transcribed, Skipped: skipped, Failed: failed, NoRecording: noRecording } = totals.outcomes;
  const open = pending + inProgress;
  return {
    found,
    transcribed,
    skipped,
    failed,
    noRecording,
    open,
    reasons: reasons(),
    addsUp: found === endedIn(totals) + open,
  };
};
