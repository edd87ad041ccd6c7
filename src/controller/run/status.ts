/**
 * The status of a run: a small view of what the verdict and the attempt say. Pure; losing one loses nothing.
 * @module
 */
import type { TranscriptionRun, TranscriptionRunSpec, TranscriptionRunStatus } from '../../api/types.ts';
import { formatMicros } from '../../pipeline/money/micros.ts';
import { NO_COST, NO_COUNTS } from '../../pipeline/plan.ts';
import type { Cost, Counts, Progress, RecordingProgress } from '../../pipeline/plan.ts';
import { formatSeconds } from '../../pipeline/settle/fields.ts';
import { formatSpan } from './span.ts';
import { conditionsOf } from './conditions.ts';
import { genesysUse } from './genesys-use.ts';
import type { Verdict } from './decide.ts';
import { isFinished, type WorkerFacts } from './facts.ts';
import { shorten } from './shorten.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/** Whole seconds, as `metav1.Time` has them. */
const isoSeconds = (ms: number): string => `${iso(ms).slice(0, 19)}Z`;

type RecordingStatus = NonNullable<TranscriptionRunStatus['recordings']>[number];
type CountsStatus = NonNullable<TranscriptionRunStatus['counts']>;

const LONGEST_MESSAGE = 512;

/** What a recording is shown with; ids are those of others, so they are bounded too. */
const recordingOf = (recording: RecordingProgress): RecordingStatus => ({
  recordingID: shorten(recording.recordingId, 128),
  conversationID: shorten(recording.conversationId, 128),
  state: recording.state,
  stage: recording.stage,
  attempt: recording.attempt,
  durationSeconds: formatSeconds(recording.durationMs),
  cost: formatMicros(recording.costMicros),
  ...(recording.error && {
    error: { code: recording.error.code, message: shorten(recording.error.message, LONGEST_MESSAGE) },
  }),
  since: isoSeconds(recording.sinceAtMs),
});

/** Of the status's 64 KiB. Conditions may take some 20, the rest is small. */
const RECORDINGS_BYTES = 40 * 1024;

/** As many as there is room for, from the first on. */
const withinBounds = (recordings: readonly RecordingStatus[]): RecordingStatus[] => {
  let bytes = 0;
  const end = recordings.findIndex((recording) => {
    bytes += Buffer.byteLength(JSON.stringify(recording)) + 1;
    return bytes > RECORDINGS_BYTES;
  });
  return recordings.slice(0, end === -1 ? recordings.length : end);
};

/** What was found before and is not found again yet is pending: while a run goes on, it never has less than it had. */
const grown = (counts: Counts, before: CountsStatus = {}): Counts => {
  const found = Math.max(counts.found, before.found ?? 0);
  const conversations = Math.max(counts.conversations, before.conversations ?? 0);
  return { ...counts, conversations, found, pending: counts.pending + found - counts.found };
};

const progressLine = ({ found = 0, pending = 0, inProgress = 0 }: CountsStatus): string =>
  `${found - pending - inProgress}/${found}`;

const costOf = (cost: Cost, { cost: { currency, budget } }: TranscriptionRunSpec) => ({
  currency,
  settled: formatMicros(cost.settledMicros),
  reserved: formatMicros(cost.reservedMicros),
  unknown: formatMicros(cost.unknownMicros),
  estimate: formatMicros(cost.estimateMicros),
  ...(budget !== undefined && { budget }),
});

/** What the attempt knows. */
const newsOf = ({ spec, status }: TranscriptionRun, progress: Progress, over: boolean): TranscriptionRunStatus => {
  const counts = over ? progress.counts : grown(progress.counts, status?.counts);
  return {
    progress: progressLine(counts),
    counts,
    audioSeconds: formatSeconds(progress.audioMs),
    cost: costOf(progress.cost, spec),
    genesys: genesysUse(progress),
    recordings: withinBounds(progress.recordings.slice(0, 100).map(recordingOf)),
  };
};

/** What stays as it was where the attempt has nothing to say; `spec.cost.budget` may have changed meanwhile. */
const carriedOver = ({ spec, status = {} }: TranscriptionRun): TranscriptionRunStatus => {
  const { cost } = status;
  if (!cost) return status;
  const { budget: _old, ...rest } = cost;
  return { ...status, cost: { ...rest, ...(spec.cost.budget !== undefined && { budget: spec.cost.budget }) } };
};

/** A run that is over has nothing that goes on, also where its last attempt did not come as far as to say so. */
const closed = (status: TranscriptionRunStatus, spec: TranscriptionRunSpec): TranscriptionRunStatus => {
  const { pending = 0, inProgress = 0, ...ended } = status.counts ?? NO_COUNTS;
  const counts = { ...ended, found: (ended.found ?? 0) - pending - inProgress, pending: 0, inProgress: 0 };
  const { audioSeconds = formatSeconds(0), cost = costOf(NO_COST, spec), recordings = [] } = status;
  return {
    ...status,
    audioSeconds,
    cost,
    progress: progressLine(counts),
    counts,
    recordings: recordings.filter(({ state }) => state !== 'Pending' && state !== 'InProgress'),
  };
};

const windowOf = ({ window }: Verdict): TranscriptionRunStatus =>
  window ? { window: { from: iso(window.fromMs), to: iso(window.toMs) } } : {};

const timesOf = ({ startAtMs, completeAtMs }: Verdict): TranscriptionRunStatus => ({
  ...(startAtMs !== undefined && { startTime: isoSeconds(startAtMs) }),
  ...(completeAtMs !== undefined && { completionTime: isoSeconds(completeAtMs) }),
  ...(startAtMs !== undefined && completeAtMs !== undefined && { duration: formatSpan(completeAtMs - startAtMs) }),
});

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
  const { progress, report, summary } = worker ?? {};
  const over = isFinished(verdict.phase);
  const news = { ...carriedOver(run), ...(progress && newsOf(run, progress, over)), ...(report && { report }) };
  const previous = run.status?.conditions ?? [];
  // An attempt that has ended is hindered by nothing.
  const hindrances = summary || !progress ? [] : progress.hindrances;
  return {
    ...(over ? closed(news, run.spec) : news),
    ...windowOf(verdict),
    ...timesOf(verdict),
    observedGeneration: generation,
    phase: verdict.phase,
    conditions: conditionsOf(verdict, { previous, hindrances, generation, nowMs }),
  };
};
