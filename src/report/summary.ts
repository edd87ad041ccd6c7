/**
 * `summary.json` of the report: everything about a run that is not a single row, for scripts, people and auditors. Pure. Money and
 * seconds are decimal strings, as everywhere outside.
 * @module
 */
import { formatMicros } from '../pipeline/money/micros.ts';
import type { RunPrice } from '../pipeline/money/rates.ts';
import type { Plan, Summary } from '../pipeline/plan.ts';
import type { Tip } from '../pipeline/settle/chain.ts';
import { formatSeconds } from '../pipeline/settle/fields.ts';
import { accountOf } from './account.ts';
import type { Accumulator } from './accumulator.ts';
import { DIMENSIONS, type Piece } from './dimensions.ts';
import { estimateOf } from './estimate.ts';
import { genesysUse } from './genesys-use.ts';
import { specSha256 } from './spec-hash.ts';
import { perUnit, type Totals } from './totals.ts';

export interface SummaryContext {
  readonly plan: Pick<Plan, 'run' | 'spec' | 'window'>;
  readonly summary: Summary;
  /** Of all rows. */
  readonly sums: Accumulator;
  readonly tip: Tip;
  /** Absent where the run is to go on later. */
  readonly phase: string | undefined;
  /** Of the image. */
  readonly version: string;
  readonly nowMs: number;
}

/** The first object of a report holds the summary beside its rows, so its lists have an end. */
const MAX_PIECES = 100;

const iso = (ms: number): string => new Date(ms).toISOString();

/** A difference may be below zero. */
const money = formatMicros;

const optionalMoney = (micros: number | undefined): string | null => (micros === undefined ? null : money(micros));

const pieceDocument = ({ key, totals }: Piece) => ({
  key,
  transcribed: totals.outcomes.Transcribed,
  skipped: totals.outcomes.Skipped,
  failed: totals.outcomes.Failed,
  noRecording: totals.outcomes.NoRecording,
  audioSeconds: formatSeconds(totals.audioMs),
  settled: money(totals.settledMicros),
  unknown: money(totals.unknownMicros),
  avoided: money(totals.avoidedMicros),
});

export type PieceDocument = ReturnType<typeof pieceDocument>;

/** Every row is in one piece of each list, so that each list adds up to the whole. */
export const totalsDocument = ({ pieces }: Accumulator) => {
  const lists = DIMENSIONS.map((dimension) => [dimension, pieces(dimension, MAX_PIECES).map(pieceDocument)]);
  return Object.fromEntries(lists) as Record<(typeof DIMENSIONS)[number], readonly PieceDocument[]>;
};

const MS_PER_HOUR = 3_600_000;

const unitCosts = ({ settledMicros, audioMs, outcomes }: Totals, recordings: number) => ({
  perRecording: optionalMoney(perUnit(settledMicros, recordings)),
  perAudioHour: optionalMoney(perUnit(settledMicros, audioMs, MS_PER_HOUR)),
  perTranscript: optionalMoney(perUnit(settledMicros, outcomes.Transcribed)),
});

const waste = ({ failedMicros, duplicateMicros, unknownMicros }: Totals) => ({
  failedButBilled: money(failedMicros),
  duplicate: money(duplicateMicros),
  unknown: money(unknownMicros),
});

/** Of the attempts that were billed. What may have been billed counts with its reservation, since that is all that is known. */
const variance = (totals: Totals) => {
  const spent = totals.settledMicros + totals.unknownMicros;
  return {
    estimate: money(totals.estimateMicros),
    reserved: money(totals.reservedMicros),
    settled: money(spent),
    settledMinusEstimate: money(spent - totals.estimateMicros),
    settledMinusReserved: money(spent - totals.reservedMicros),
    provider: {
      attempts: totals.providerAttempts,
      reported: money(totals.providerMicros),
      settled: money(totals.comparedMicros),
      settledMinusReported: money(totals.comparedMicros - totals.providerMicros),
    },
  };
};

const priceDocument = ({ source, freeMs }: RunPrice) => ({
  from: source.from,
  ...source.rates,
  freeSeconds: freeMs / 1000,
  ...(source.note !== undefined && { note: source.note }),
  table: { ...source.table },
});

const costDocument = ({ plan, summary }: SummaryContext) => {
  const { cost } = summary.progress;
  const { currency, ratePerMinute, budget } = plan.spec.cost;
  return {
    currency,
    ...(ratePerMinute !== undefined && { ratePerMinute }),
    settled: money(cost.settledMicros),
    reserved: money(cost.reservedMicros),
    unknown: money(cost.unknownMicros),
    estimate: money(cost.estimateMicros),
    providerReported: money(cost.providerMicros),
    avoided: money(cost.avoidedMicros),
    ...(budget !== undefined && { budget }),
  };
};

export const summaryDocument = (context: SummaryContext) => {
  const { plan, summary, sums, tip, phase, version, nowMs } = context;
  const { run, spec, window } = plan;
  const { progress, error } = summary;
  const { totals } = sums;
  return {
    run: run.name,
    namespace: run.namespace,
    uid: run.uid,
    window: { from: iso(window.fromMs), to: iso(window.toMs) },
    timeZone: spec.report.timeZone,
    ...(phase !== undefined && { phase }),
    writtenAt: iso(nowMs),
    version,
    specSha256: specSha256(spec),
    ...(spec.dryRun && { dryRun: true }),
    counts: progress.counts,
    audioSeconds: formatSeconds(progress.audioMs),
    cost: costDocument(context),
    ...(progress.price && { price: priceDocument(progress.price) }),
    unitCosts: unitCosts(totals, sums.sentRecordings()),
    waste: waste(totals),
    variance: variance(totals),
    account: accountOf(sums, progress.counts),
    genesys: genesysUse(progress),
    reasons: progress.reasons,
    ...(spec.dryRun && progress.price && { estimate: estimateOf(progress, spec) }),
    totals: totalsDocument(sums),
    chain: { algorithm: 'sha256', rows: tip.rows, head: tip.head },
    ...(error && { error: { code: error.code, message: error.message } }),
  };
};

export type SummaryDocument = ReturnType<typeof summaryDocument>;
