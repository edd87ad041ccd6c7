/**
 * The rows of `test-rows.ts` as a whole report.
 * @module
 */
import { NO_CALLS } from '../pipeline/plan.ts';
import { genesis, tipAt } from '../pipeline/settle/chain.ts';
import { priceWith, specWith } from '../pipeline/test-spec.ts';
import type { LedgerRow } from '../pipeline/types.ts';
import { accumulate } from './accumulator.ts';
import type { Book } from './book.ts';
import { summaryDocument, type SummaryContext } from './summary.ts';
import { dayOfRows } from './test-rows.ts';
import { endedIn } from './totals.ts';

/** What `summaryDocument` needs for these rows. */
export const contextOf = (rows: readonly LedgerRow[], more: Partial<SummaryContext> = {}): SummaryContext => {
  const sums = accumulate(rows, 'UTC');
  const { totals } = sums;
  const { Transcribed: transcribed, Skipped: skipped, Failed: failed, NoRecording: noRecording } = totals.outcomes;
  const found = endedIn(totals);
  const last = rows.at(-1);
  return {
    plan: {
      run: { name: 'nightly', namespace: 'calls', uid: 'uid-1' },
      spec: specWith({ cost: { ratePerMinute: '0.004', budget: '5' } }),
      window: { fromMs: Date.UTC(2026, 10, 24), toMs: Date.UTC(2026, 10, 25) },
    },
    summary: {
      ending: 'Completed',
      progress: {
        counts: { conversations: found, found, pending: 0, inProgress: 0, transcribed, skipped, failed, noRecording },
        cost: {
          settledMicros: totals.settledMicros,
          reservedMicros: 0,
          unknownMicros: totals.unknownMicros,
          estimateMicros: totals.settledMicros + totals.unknownMicros,
          providerMicros: totals.providerMicros,
          avoidedMicros: totals.avoidedMicros,
        },
        audioMs: totals.audioMs,
        genesys: { ...NO_CALLS, login: 1, detailsQuery: 2, recordingMetadata: 9 },
        reasons: {},
        recordings: [],
        hindrances: [],
        dryRun: { recordings: 0, audioMs: 0, micros: [0] },
        price: priceWith(),
      },
    },
    sums,
    tip: last ? tipAt(last) : genesis('USD'),
    phase: 'PartiallyFailed',
    version: '0.1.0',
    nowMs: Date.UTC(2026, 10, 24, 9),
    ...more,
  };
};

export const bookOf = (rows: readonly LedgerRow[], more: Partial<SummaryContext> = {}): Book => ({
  run: 'nightly',
  currency: 'USD',
  rows,
  summary: summaryDocument(contextOf(rows, more)),
});

export const smallBook: Book = bookOf(dayOfRows);
