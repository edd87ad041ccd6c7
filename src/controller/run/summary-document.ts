/**
 * `summary.json` of the report: the totals of a run in one small document, for scripts.
 * @module
 */
import { formatMicros } from '../../pipeline/money/micros.ts';
import type { Plan, Summary } from '../../pipeline/plan.ts';
import { formatSeconds } from '../../pipeline/settle/fields.ts';
import { genesysUse } from './genesys-use.ts';
import type { Phase } from './facts.ts';

export interface SummaryContext {
  /** Absent where the run is to go on later. */
  readonly phase: Phase | undefined;
  readonly nowMs: number;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Money and audio seconds are decimal strings, as everywhere outside. */
export const summaryDocument = (
  { run, spec, window }: Pick<Plan, 'run' | 'spec' | 'window'>,
  { progress, error }: Summary,
  { phase, nowMs }: SummaryContext,
) => ({
  run: run.name,
  namespace: run.namespace,
  uid: run.uid,
  window: { from: iso(window.fromMs), to: iso(window.toMs) },
  ...(phase && { phase }),
  writtenAt: iso(nowMs),
  counts: progress.counts,
  audioSeconds: formatSeconds(progress.audioMs),
  cost: {
    currency: spec.cost.currency,
    ratePerMinute: spec.cost.ratePerMinute,
    settled: formatMicros(progress.cost.settledMicros),
    unknown: formatMicros(progress.cost.unknownMicros),
    estimate: formatMicros(progress.cost.estimateMicros),
    ...(spec.cost.budget !== undefined && { budget: spec.cost.budget }),
  },
  genesys: genesysUse(progress),
  reasons: progress.reasons,
  ...(error && { error: { code: error.code, message: error.message } }),
});
