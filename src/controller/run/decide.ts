/**
 * What to do about a run: pure, from facts alone, so that every case is a line of a table. The order of the rules is the
 * order of their importance; the first that applies decides.
 * @module
 */
import { type CallscribeError, type ErrorCode, toCallscribeError } from '../../errors.ts';
import type { Summary } from '../../pipeline/plan.ts';
import type { Window } from '../../pipeline/types.ts';
import { resolveWindow } from '../../window.ts';
import { phaseOf, phaseOfEnd } from './ending.ts';
import { type End, type Facts, isFinished, type Phase, type WorkerFacts } from './facts.ts';

/** What the status is to say; `status.ts` puts it into words. */
export interface Verdict {
  readonly phase: Phase;
  /** CamelCase word or error code: the reason in the conditions. */
  readonly reason: string;
  readonly message: string;
  readonly window?: Window;
  readonly startAtMs?: number;
  readonly completeAtMs?: number;
}

export type Action =
  | { readonly kind: 'Start'; readonly window: Window }
  | { readonly kind: 'Drain' }
  | ({ readonly kind: 'Abort' } & End)
  /** The attempt is over and its result is in the status: forget it. */
  | { readonly kind: 'Forget' }
  | { readonly kind: 'Delete' };

export interface Decision {
  /** Absent where the status is to stay as it is. */
  readonly verdict?: Verdict;
  readonly actions: readonly Action[];
  readonly requeueAfterMs?: number;
}

const NOTHING: Decision = { actions: [] };
const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 60_000;
const SECRET_GRACE_MS = 30_000;

type ErrorOfSummary = NonNullable<Summary['error']>;

const startOf = ({ run, worker }: Facts): number | undefined =>
  run.status?.startTime ? Date.parse(run.status.startTime) : worker?.startedAtMs;

const windowOf = ({ run, worker }: Facts): Window | undefined => {
  const pinned = run.status?.window;
  if (worker) return worker.window;
  return pinned?.from && pinned.to ? { fromMs: Date.parse(pinned.from), toMs: Date.parse(pinned.to) } : undefined;
};

const started = (facts: Facts): Pick<Verdict, 'window' | 'startAtMs'> => {
  const [window, startAtMs] = [windowOf(facts), startOf(facts)];
  return { ...(window && { window }), ...(startAtMs !== undefined && { startAtMs }) };
};

const finish = (facts: Facts, phase: Phase, reason: string, message: string): Decision => ({
  verdict: { phase, reason, message, completeAtMs: facts.worker?.endedAtMs ?? facts.nowMs, ...started(facts) },
  actions: facts.worker ? [{ kind: 'Forget' }] : [],
});

const finishEarly = (facts: Facts, end: End): Decision => finish(facts, phaseOfEnd(end), end.code, end.message);

/** When the time of the run is over. As with a Job, it does not run while the run is suspended, and starts anew after that. */
const deadlineOf = (facts: Facts): number | undefined => {
  const { spec, status } = facts.run;
  const startAtMs = startOf(facts);
  if (spec.activeDeadlineSeconds === undefined || startAtMs === undefined) return undefined;
  if (spec.suspend || status?.phase === 'Suspended') return undefined;
  return startAtMs + spec.activeDeadlineSeconds * 1000;
};

/** Set when the run is to end before it is complete. */
const endedEarly = (facts: Facts): End | undefined => {
  const { spec } = facts.run;
  if (spec.cancel) return { code: 'CSC_CANCELLED', message: 'spec.cancel was set' };
  const deadlineMs = deadlineOf(facts);
  if (deadlineMs === undefined || facts.nowMs < deadlineMs) return undefined;
  return { code: 'CSC_DEADLINE_EXCEEDED', message: `the run took longer than ${spec.activeDeadlineSeconds} s` };
};

/** The end that the attempt was told to bring the run to. */
const toldEnd = ({ stopping }: WorkerFacts): End | undefined => (stopping === 'Drain' ? undefined : stopping);

/** The decision with a look at the deadline, where there is one. */
const untilDeadline = (facts: Facts, decision: Decision): Decision => {
  const deadlineMs = deadlineOf(facts);
  if (deadlineMs === undefined || deadlineMs <= facts.nowMs) return decision;
  const { requeueAfterMs = Number.POSITIVE_INFINITY } = decision;
  return { ...decision, requeueAfterMs: Math.min(requeueAfterMs, deadlineMs - facts.nowMs) };
};

const collect = ({ run, worker, nowMs }: Facts): Decision => {
  const actions: Action[] = worker ? [{ kind: 'Forget' }] : [];
  const { ttlSecondsAfterFinished } = run.spec;
  if (ttlSecondsAfterFinished === undefined || !run.status?.completionTime) return { actions };
  const dueMs = Date.parse(run.status.completionTime) + ttlSecondsAfterFinished * 1000 - nowMs;
  return dueMs > 0 ? { actions, requeueAfterMs: dueMs } : { actions: [...actions, { kind: 'Delete' }] };
};

const REASONS: Readonly<Partial<Record<Phase, string>>> = { Failed: 'CSC_NOTHING_TRANSCRIBED' };

const estimated = ({ run, worker }: Facts): string =>
  worker?.estimate
    ? `dry run: ${worker.estimate.recordings} would be transcribed for ${worker.estimate.cost} ${run.spec.cost.currency}; `
    : '';

const completed = (facts: Facts, summary: Summary): Decision => {
  const { found, transcribed, failed, skipped, noRecording } = summary.progress.counts;
  const message = `${estimated(facts)}${found} found: ${transcribed} transcribed, ${failed} failed, ${skipped} skipped, ${noRecording} without recording`;
  const phase = phaseOf(summary, undefined, facts.run.spec) ?? 'Failed';
  return finish(facts, phase, REASONS[phase] ?? phase, message);
};

/** An attempt that was ended for no reason of the run's own was let go, so the run goes on. */
const aborted = (facts: Facts, worker: WorkerFacts): Decision => {
  const end = toldEnd(worker);
  return end ? finishEarly(facts, end) : begin(facts);
};

/** Brings a run to work, and at once to its end where that is why. */
const start = (window: Window, end: End | undefined): readonly Action[] => [
  { kind: 'Start', window },
  ...(end ? [{ kind: 'Abort', ...end } as const] : []),
];

const MISSING: ReadonlySet<ErrorCode> = new Set(['CSC_SECRET_NOT_FOUND', 'CSC_SECRET_INVALID']);

/**
 * GitOps tools apply objects in any order, so a Secret that is not there yet is waited for, but not for ever: see adr 5. What
 * counts is when it was last looked for, not when this is decided.
 */
const isOverdueSecret = ({ failures, endedAtMs = 0 }: WorkerFacts, code: ErrorCode): boolean =>
  MISSING.has(code) && endedAtMs >= (failures?.sinceMs ?? endedAtMs) + SECRET_GRACE_MS;

/** How long until the next try after so many in a row that failed. */
const retryDelayMs = ({ failures, endedAtMs = 0 }: WorkerFacts, nowMs: number): number =>
  endedAtMs + Math.min(FIRST_RETRY_MS * 2 ** ((failures?.count ?? 1) - 1), LONGEST_RETRY_MS) - nowMs;

/** A passing error: the run stays as it is, says what is wrong, and is taken up again, to the `end` that it was to come to. */
const hindered = (facts: Facts, worker: WorkerFacts, { code, message }: ErrorOfSummary): Decision => {
  const end = toldEnd(worker);
  if (!end && isOverdueSecret(worker, code)) return { actions: start(worker.window, { code, message }) };
  const phase: Phase = (worker.progress?.counts.found ?? 0) > 0 ? 'Running' : 'Pending';
  const verdict: Verdict = { phase, reason: code, message, ...started(facts) };
  const delayMs = retryDelayMs(worker, facts.nowMs);
  if (delayMs > 0) return untilDeadline(facts, { verdict, actions: [], requeueAfterMs: delayMs });
  return { verdict, actions: start(worker.window, end) };
};

const afterFailure = (facts: Facts, worker: WorkerFacts, error: ErrorOfSummary): Decision => {
  const end = toldEnd(worker);
  if (!error.retryable) return end ? finishEarly(facts, end) : finish(facts, 'Failed', error.code, error.message);
  // One that was told to end and could not even close its books is tried again like any other.
  if (!end && (endedEarly(facts) || facts.run.spec.suspend)) return begin(facts);
  return hindered(facts, worker, error);
};

const UNEXPLAINED: ErrorOfSummary = { code: 'CSC_INTERNAL', message: 'the attempt failed', retryable: true };

const afterWork = (facts: Facts, worker: WorkerFacts, summary: Summary): Decision => {
  switch (summary.ending) {
    case 'Completed':
      return completed(facts, summary);
    case 'Aborted':
      return aborted(facts, worker);
    case 'Failed':
      return afterFailure(facts, worker, summary.error ?? UNEXPLAINED);
    case 'Drained':
      return begin(facts);
  }
};

const whileWorking = (facts: Facts, worker: WorkerFacts): Decision => {
  const { stopping, failures, progress } = worker;
  // Its end is on its way.
  if (toldEnd(worker)) return NOTHING;
  const end = endedEarly(facts);
  if (end) return { actions: [{ kind: 'Abort', ...end }] };
  const verdict: Verdict = {
    phase: 'Running',
    reason: 'Running',
    message: progress?.waitsFor ?? 'recordings are being transcribed',
    ...started(facts),
  };
  // One more try that has not come further than the last one is no news.
  const said = failures && !progress ? {} : { verdict };
  if (facts.run.spec.suspend) return { ...said, actions: stopping ? [] : [{ kind: 'Drain' }] };
  return untilDeadline(facts, { ...said, actions: [] });
};

const resolve = (facts: Facts): ReturnType<typeof resolveWindow> | CallscribeError => {
  try {
    const pinned = windowOf(facts);
    return pinned ? { kind: 'Resolved', window: pinned } : resolveWindow(facts.run.spec.window, facts.nowMs);
  } catch (error) {
    return toCallscribeError(error);
  }
};

const suspended = (facts: Facts): Decision => ({
  verdict: { phase: 'Suspended', reason: 'Suspended', message: 'spec.suspend is set', ...started(facts) },
  actions: facts.worker ? [{ kind: 'Forget' }] : [],
});

const untilClosed = (endsAtMs: number, nowMs: number): Decision => ({
  verdict: {
    phase: 'Pending',
    reason: 'WindowOpen',
    message: `the window ends at ${new Date(endsAtMs).toISOString()}`,
  },
  actions: [],
  requeueAfterMs: endsAtMs - nowMs,
});

/** A run that is not being worked on: begin, go on, wait or end. */
const begin = (facts: Facts): Decision => {
  const { run, nowMs } = facts;
  const [end, pinned] = [endedEarly(facts), windowOf(facts)];
  // What was begun is brought to its end in the ledger, too; what never began has nothing there.
  if (end) return pinned ? { actions: start(pinned, end) } : finishEarly(facts, end);
  const resolved = resolve(facts);
  if ('code' in resolved) return finish(facts, 'Failed', resolved.code, resolved.message);
  if (run.spec.suspend) return suspended(facts);
  if (resolved.kind === 'Open') return untilClosed(resolved.endsAtMs, nowMs);
  const { window } = resolved;
  const resumed = run.status?.phase === 'Suspended';
  const startAtMs = resumed ? nowMs : (startOf(facts) ?? nowMs);
  const message = 'recordings are being looked for';
  return {
    verdict: { phase: 'Running', reason: 'Running', message, window, startAtMs },
    actions: start(window, undefined),
  };
};

/** The decision about one run. Never throws. */
export const decide = (facts: Facts): Decision => {
  const { run, worker } = facts;
  if (run.metadata.deletionTimestamp) return NOTHING;
  if (isFinished(run.status?.phase)) return collect(facts);
  if (worker?.summary) return afterWork(facts, worker, worker.summary);
  return worker ? whileWorking(facts, worker) : begin(facts);
};
