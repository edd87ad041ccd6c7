/**
 * What every section of the page is made from.
 * @module
 */
import type { LedgerRow, Window } from '../../pipeline/types.ts';
import { type Accumulator, accumulate } from '../accumulator.ts';
import type { Book } from '../book.ts';
import type { Totals } from '../totals.ts';
import { spanOf } from './buckets.ts';
import { createFormats, type Formats } from './text.ts';

export interface View {
  readonly book: Book;
  readonly rows: readonly LedgerRow[];
  readonly currency: string;
  readonly sums: Accumulator;
  readonly totals: Totals;
  readonly window: Window;
  readonly timeZone: string;
  readonly formats: Formats;
}

export const viewOf = (book: Book): View => {
  const { rows, currency, summary } = book;
  const timeZone = summary?.timeZone ?? 'UTC';
  const window = summary
    ? { fromMs: Date.parse(summary.window.from), toMs: Date.parse(summary.window.to) }
    : spanOf(rows);
  const sums = accumulate(rows, timeZone);
  return { book, rows, currency, sums, totals: sums.totals, window, timeZone, formats: createFormats(timeZone) };
};

/** Outcomes in the order in which they are stacked, with the words of the page. */
export const OUTCOMES = [
  { outcome: 'Transcribed', label: 'transcribed', name: 'transcribed' },
  { outcome: 'Skipped', label: 'skipped', name: 'skipped' },
  { outcome: 'NoRecording', label: 'without recording', name: 'none' },
  { outcome: 'Failed', label: 'failed', name: 'failed' },
] as const;
