/**
 * The status of a run: a small view of what the verdict and the attempt say. Pure; losing one loses nothing.
 * @module
 */
import type { TranscriptionRun, TranscriptionRunStatus } from '../../api/types.ts';
import { formatMicros } from '../../pipeline/money/micros.ts';
import type { Progress, RecordingProgress } from '../../pipeline/plan.ts';
import { formatSeconds } from '../../pipeline/settle/fields.ts';
import { formatSpan } from './span.ts';
import { conditionsOf } from './conditions.ts';
import type { Verdict } from './decide.ts';
import type { WorkerFacts } from './facts.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** Whole seconds, as `metav1.Time` has them. */
const isoSeconds = (ms: number): string => `${iso(ms).slice(0, 19)}Z`;

type RecordingStatus = NonNullable<TranscriptionRunStatus['recordings']>[number];

const recordingOf = (recording: RecordingProgress): RecordingStatus => ({
  recordingID: recording.recordingId,
  conversationID: recording.conversationId,
  state: recording.state,
  stage: recording.stage,
  attempt: recording.attempt,
  durationSeconds: formatSeconds(recording.durationMs),
  cost: formatMicros(recording.costMicros),
  ...(recording.error && { error: { code: recording.error.code, message: recording.error.message.slice(0, 512) } }),
  since: isoSeconds(recording.sinceAtMs),
});

const progressOf = ({ counts, cost, audioMs, genesysRequests, recordings }: Progress, run: TranscriptionRun) => {
  const { currency, budget } = run.spec.cost;
  return {
    progress: `${counts.found - counts.pending - counts.inProgress}/${counts.found}`,
    counts,
    audioSeconds: formatSeconds(audioMs),
    cost: {
      currency,
      settled: formatMicros(cost.settledMicros),
      reserved: formatMicros(cost.reservedMicros),
      unknown: formatMicros(cost.unknownMicros),
      estimate: formatMicros(cost.estimateMicros),
      ...(budget !== undefined && { budget }),
    },
    genesys: { requests: genesysRequests },
    recordings: recordings.map(recordingOf),
  };
};

/** What stays as it was where the attempt has nothing newer to say; `spec.cost.budget` may have changed meanwhile. */
const carriedOver = ({ spec, status = {} }: TranscriptionRun): TranscriptionRunStatus => {
  const { cost } = status;
  if (!cost) return status;
  const { budget: _old, ...rest } = cost;
  return { ...status, cost: { ...rest, ...(spec.cost.budget !== undefined && { budget: spec.cost.budget }) } };
};

/** What the attempt knows better. One that has just begun knows less than the status that the one before it left. */
const newsOf = (run: TranscriptionRun, worker: WorkerFacts | undefined): TranscriptionRunStatus => {
  const { progress, report } = worker ?? {};
  const knowsMore = progress && progress.counts.found >= (run.status?.counts?.found ?? 0);
  return { ...(knowsMore && progressOf(progress, run)), ...(report && { report }) };
};

const windowOf = ({ window }: Verdict): TranscriptionRunStatus =>
  window ? { window: { from: iso(window.fromMs), to: iso(window.toMs) } } : {};

const timesOf = (verdict: Verdict): TranscriptionRunStatus => {
  const { startAtMs, completeAtMs } = verdict;
  if (startAtMs === undefined) return windowOf(verdict);
  return {
    ...windowOf(verdict),
    startTime: isoSeconds(startAtMs),
    ...(completeAtMs !== undefined && {
      completionTime: isoSeconds(completeAtMs),
      duration: formatSpan(completeAtMs - startAtMs),
    }),
  };
};

export interface StatusContext {
  readonly worker: WorkerFacts | undefined;
  readonly nowMs: number;
}

export const statusOf = (
  run: TranscriptionRun,
  verdict: Verdict,
  { worker, nowMs }: StatusContext,
): TranscriptionRunStatus => {
  const { generation } = run.metadata;
  const previous = run.status?.conditions ?? [];
  const hindrance = worker?.progress?.hindrance;
  return {
    ...carriedOver(run),
    ...newsOf(run, worker),
    ...timesOf(verdict),
    observedGeneration: generation,
    phase: verdict.phase,
    conditions: conditionsOf(verdict, { previous, hindrance, generation, nowMs }),
  };
};
