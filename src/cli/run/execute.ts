/**
 * One attempt at a run in this process, without a cluster: ledger, pipeline, summary.
 * @module
 */
import { systemClock } from '../../clock.ts';
import { openLedger } from '../../controller/ledger/ledger.ts';
import type { Outbox } from '../../controller/ledger/outbox.ts';
import type { LedgerStore } from '../../controller/ledger/store.ts';
import { liveSettings } from '../../controller/run/attempt.ts';
import { phaseOf } from '../../controller/run/ending.ts';
import type { End, Phase } from '../../controller/run/facts.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Plan, Progress, RecordingProgress, Summary } from '../../pipeline/plan.ts';
import { accumulated, createAccumulator } from '../../report/accumulator.ts';
import { type SummaryDocument, summaryDocument } from '../../report/summary.ts';
import { version } from '../../version.ts';
import { steer } from './steering.ts';

export interface Execution {
  readonly pipeline: Pipeline;
  readonly plan: Plan;
  readonly store: LedgerStore;
  readonly outbox: Outbox;
  readonly onProgress: (progress: Progress) => void;
  readonly onOutcome: (recording: RecordingProgress) => void;
}

export interface Executed {
  readonly summary: Summary;
  readonly document: SummaryDocument;
  /** Undefined where the run is not over. */
  readonly phase: Phase | undefined;
  /** Why it was ended before it was complete, if it was. */
  readonly end: End | undefined;
}

/** Runs until the run is complete, interrupted, or waits for somebody: nobody can act on a process that only waits. */
export const execute = async (execution: Execution): Promise<Executed> => {
  const { pipeline, plan, store, outbox, onProgress, onOutcome } = execution;
  const steering = steer(plan.spec, { clock: systemClock, signals: process });
  try {
    const ledger = await openLedger({ store, outbox, currency: plan.spec.cost.currency, clock: systemClock });
    const sums = createAccumulator(plan.spec.report.timeZone);
    const summary = await pipeline.run(plan, accumulated(ledger, sums), {
      draining: steering.draining,
      signal: steering.signal,
      settings: () => liveSettings(plan.spec),
      onSettings: () => () => {},
      onProgress: (snapshot) => {
        const progress = snapshot();
        onProgress(progress);
        if (progress.hindrances.length > 0) steering.drain();
      },
      onOutcome,
    });
    const end = steering.end();
    const phase = phaseOf(summary, end, plan.spec);
    const tip = ledger.tip();
    const document = summaryDocument({ plan, summary, sums, tip, phase, version, nowMs: systemClock.now() });
    await ledger.summarise(document);
    return { summary, document, phase, end };
  } finally {
    steering.stop();
  }
};
