/**
 * A night of a mid-sized contact centre as a report: large enough to look like one, the same each time.
 * @module
 */
import type { ErrorCode } from '../../src/errors.ts';
import { builtInPrices } from '../../src/pipeline/money/built-in-prices.ts';
import { priceOf } from '../../src/pipeline/money/rates.ts';
import { NO_CALLS } from '../../src/pipeline/plan.ts';
import { rowWith } from '../../src/pipeline/recording/test-recording.ts';
import { genesis, tipAt } from '../../src/pipeline/settle/chain.ts';
import { linkedRows, specWith } from '../../src/pipeline/test-spec.ts';
import type { LedgerRow, Row } from '../../src/pipeline/types.ts';
import { accumulate } from '../../src/report/accumulator.ts';
import type { Book } from '../../src/report/book.ts';
import { summaryDocument } from '../../src/report/summary.ts';
import { totalsOf } from '../../src/report/totals.ts';
import { idOf } from '../genesys/ids.ts';

const DAY = Date.UTC(2026, 10, 23);
const HOUR_MS = 3_600_000;

/** The same numbers each time: a linear congruential generator (the constants of Numerical Recipes). */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
};

const spec = specWith({
  cost: { ratePerMinute: '0.0043', diarizationPerMinute: '0.002', perChannel: true, budget: '25' },
  report: { timeZone: 'Europe/Berlin' },
});
const price = priceOf(spec, builtInPrices(), DAY);

/** Calls are made from eight to eight, most of them in the late morning and in the afternoon. */
const hourOf = (random: () => number): number => 7 + (random() + random() + random()) * 4;

const pick = <T>(random: () => number, values: readonly [T, ...T[]]): T =>
  values[Math.floor(random() * values.length)] ?? values[0];

const CAMPAIGNS = ['spring', 'renewals', 'win-back', ''].map((name) => name && idOf('campaign', name)) as [string];
const QUEUES = ['sales', 'support', 'retention'].map((name) => idOf('queue', name)) as [string];
const FAILURES: readonly [ErrorCode, ...ErrorCode[]] = ['CSC_STT_REJECTED', 'CSC_MEDIA_NOT_FOUND', 'CSC_NO_AGENT'];
const AVOIDED: readonly [ErrorCode, ...ErrorCode[]] = [
  'CSC_RECORDING_TOO_SHORT',
  'CSC_MEDIA_SILENT',
  'CSC_ALREADY_TRANSCRIBED',
];

const UNSPENT = { costMicros: 0, billedMs: 0, reservedMicros: 0 } as const;

/** One call with all of its attempts. */
const callRows = (serial: number, random: () => number): Row[] => {
  const durationMs = Math.round(20_000 + random() ** 2 * 900_000);
  const { billedMs, micros } = price.pricing.quote({ durationMs, channels: 2 });
  const expected = price.pricing.quote({ durationMs: durationMs + Math.round(random() * 4000), channels: 2 }).micros;
  const paid = rowWith({
    recordingId: idOf('recording', serial),
    conversationId: idOf('conversation', serial),
    callAtMs: Math.round(DAY + hourOf(random) * HOUR_MS),
    atMs: DAY + 26 * HOUR_MS + serial * 7000,
    durationMs,
    provider: 'deepgram',
    model: 'nova-3',
    campaignId: pick(random, CAMPAIGNS),
    queueId: pick(random, QUEUES),
    divisionId: idOf('division', 'home'),
    agent: `h:${idOf('agent', Math.floor(random() * 14))
      .replaceAll('-', '')
      .slice(0, 16)}`,
    microsPerMinute: price.pricing.microsPerMinute,
    billedMs,
    costMicros: micros,
    reservedMicros: micros,
    estimateMicros: expected,
    usage: { requestId: idOf('request', serial), billedMs: billedMs - 2000 },
    providerMicros: price.pricing.microsOf(billedMs - 2000),
  });
  const { providerMicros: _reported, ...unreported } = { ...paid, usage: {} };
  const dice = random();
  if (dice < 0.02) {
    const errorCode = 'CSC_STT_TIMEOUT';
    return [
      { ...unreported, status: 'unknown', outcome: '', errorCode, costMicros: 0, costUnknownMicros: micros },
      { ...paid, attempt: 2, atMs: paid.atMs + 301_000 },
    ];
  }
  if (dice < 0.05)
    return [{ ...unreported, ...UNSPENT, status: 'failed', outcome: 'Failed', errorCode: pick(random, FAILURES) }];
  if (dice < 0.055) return [{ ...unreported, status: 'failed', outcome: 'Failed', errorCode: 'CSC_STT_PROTOCOL' }];
  if (dice < 0.14) {
    const avoidedBy = pick(random, AVOIDED);
    const by = avoidedBy === 'CSC_ALREADY_TRANSCRIBED' ? 'sunday' : '';
    const skipped = { status: 'skipped', outcome: 'Skipped', errorCode: avoidedBy, transcribedBy: by } as const;
    return [{ ...unreported, ...UNSPENT, ...skipped, avoidedMicros: micros, avoidedBy }];
  }
  if (dice < 0.17) {
    const none = { recordingId: '', status: 'skipped', outcome: 'NoRecording', errorCode: 'CSC_NO_RECORDING' } as const;
    return [{ ...unreported, ...UNSPENT, ...none, attempt: 0, durationMs: 0, estimateMicros: 0 }];
  }
  return [paid];
};

/** So many calls of one day, with everything that can happen to one. */
export const sampleBook = (calls = 420): Book => {
  const random = createRandom(7);
  const rows = Array.from({ length: calls }, (_, serial) => callRows(serial, random)).flat();
  const linked: readonly LedgerRow[] = linkedRows(rows, genesis('USD'));
  const totals = totalsOf(linked);
  const { Transcribed: transcribed, Skipped: skipped, Failed: failed, NoRecording: noRecording } = totals.outcomes;
  const counts = {
    conversations: calls,
    found: calls,
    pending: 0,
    inProgress: 0,
    transcribed,
    skipped,
    failed,
    noRecording,
  };
  const cost = {
    settledMicros: totals.settledMicros,
    reservedMicros: 0,
    unknownMicros: totals.unknownMicros,
    estimateMicros: totals.settledMicros + totals.unknownMicros,
    providerMicros: totals.providerMicros,
    avoidedMicros: totals.avoidedMicros,
  };
  const dryRun = { recordings: 0, audioMs: 0, micros: [] };
  const progress = {
    counts,
    cost,
    audioMs: totals.audioMs,
    genesys: { ...NO_CALLS, login: 1, detailsQuery: 9, batchRequest: 14, transcript: 850 },
    reasons: {},
    recordings: [],
    hindrances: [],
    dryRun,
    price,
  };
  const summary = summaryDocument({
    plan: {
      run: { name: 'nightly-20261123', namespace: 'contact-centre', uid: '6d0c3f5e-8f0f-4f6a-9d53-6a3a3c0a2f11' },
      spec,
      window: { fromMs: DAY - HOUR_MS, toMs: DAY + 23 * HOUR_MS },
    },
    summary: { ending: 'Completed', progress },
    sums: accumulate(linked, spec.report.timeZone),
    tip: tipAt(linked.at(-1) as LedgerRow),
    phase: 'PartiallyFailed',
    version: '0.1.0',
    nowMs: DAY + 27 * HOUR_MS,
  });
  return { run: 'nightly-20261123', currency: 'USD', rows: linked, summary };
};
