/**
 * What to do about a run: pure, from facts alone, so that every case is a line of a table. The order of the rules is the
 * order of their importance; the first that applies decides.
 * @module
 */
import { type CallscribeError, type ErrorCode, toCallscribeError } from '../../errors.ts';
import type { Summary } from '../../pipeline/plan.ts';
import type { Window } from '../../pipeline/types.ts';
import { resolveWindow } from '../../window.ts';
import { type Facts, isFinished, type Phase, type WorkerFacts } from './facts.ts';

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
  | { readonly kind: 'Abort'; readonly code: 'CSC_CANCELLED' | 'CSC_DEADLINE_EXCEEDED'; readonly message: string }
  /** The attempt is over and its result is in the status: forget it. */
  | { readonly kind: 'Forget' }
  | { readonly kind: 'Delete' };

export interface Decision {
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

const finish = (facts: Facts, phase: Phase, reason: string, message: string): Decision => ({
  verdict: { phase, reason, message, completeAtMs: facts.worker?.endedAtMs ?? facts.nowMs, ...started(facts) },
  actions: facts.worker ? [{ kind: 'Forget' }] : [],
});

const started = (facts: Facts): Pick<Verdict, 'window' | 'startAtMs'> => {
  const [window, startAtMs] = [windowOf(facts), startOf(facts)];
  return { ...(window && { window }), ...(startAtMs !== undefined && { startAtMs }) };
};

/** Set when the run is to end before it is complete. */
const endedEarly = (facts: Facts): { code: 'CSC_CANCELLED' | 'CSC_DEADLINE_EXCEEDED'; message: string } | undefined => {
  const { spec } = facts.run;
  if (spec.cancel) return { code: 'CSC_CANCELLED', message: 'spec.cancel was set' };
  const start = startOf(facts);
  if (spec.suspend || spec.activeDeadlineSeconds === undefined || start === undefined) return undefined;
  if (facts.nowMs < start + spec.activeDeadlineSeconds * 1000) return undefined;
  return { code: 'CSC_DEADLINE_EXCEEDED', message: `the run took longer than ${spec.activeDeadlineSeconds} s` };
};

const collect = ({ run, worker, nowMs }: Facts): Decision => {
  const actions: Action[] = worker ? [{ kind: 'Forget' }] : [];
  const { ttlSecondsAfterFinished } = run.spec;
  if (ttlSecondsAfterFinished === undefined || !run.status?.completionTime) return { actions };
  const dueMs = Date.parse(run.status.completionTime) + ttlSecondsAfterFinished * 1000 - nowMs;
  return dueMs > 0 ? { actions, requeueAfterMs: dueMs } : { actions: [...actions, { kind: 'Delete' }] };
};

const completed = (facts: Facts, { progress }: Summary): Decision => {
  const { found, transcribed, failed, skipped, noRecording } = progress.counts;
  const message = `${found} found: ${transcribed} transcribed, ${failed} failed, ${skipped} skipped, ${noRecording} without recording`;
  if (failed === 0) return finish(facts, 'Succeeded', 'Succeeded', message);
  if (transcribed === 0) return finish(facts, 'Failed', 'CSC_NOTHING_TRANSCRIBED', message);
  return finish(facts, 'PartiallyFailed', 'PartiallyFailed', message);
};

const aborted = (facts: Facts): Decision => {
  const early = endedEarly(facts);
  if (early?.code === 'CSC_DEADLINE_EXCEEDED') return finish(facts, 'Failed', early.code, early.message);
  return finish(facts, 'Cancelled', 'CSC_CANCELLED', early?.message ?? 'the run was cancelled');
};

/** GitOps tools apply objects in any order, so a Secret that is not there yet is waited for, but not for ever: see adr 5. */
const isOverdueSecret = (facts: Facts, code: ErrorCode): boolean =>
  (code === 'CSC_SECRET_NOT_FOUND' || code === 'CSC_SECRET_INVALID') &&
  facts.nowMs >= (startOf(facts) ?? facts.nowMs) + SECRET_GRACE_MS;

/** How long until the next try after so many in a row that failed. */
const retryDelayMs = ({ failures, endedAtMs = 0 }: WorkerFacts, nowMs: number): number =>
  endedAtMs + Math.min(FIRST_RETRY_MS * 2 ** (Math.max(1, failures) - 1), LONGEST_RETRY_MS) - nowMs;

/** A passing error: the run stays as it is, says what is wrong, and is taken up again. */
const hindered = (facts: Facts, worker: WorkerFacts, { code, message }: ErrorOfSummary): Decision => {
  if (isOverdueSecret(facts, code)) return finish(facts, 'Failed', code, message);
  const phase: Phase = worker.progress && worker.progress.counts.found > 0 ? 'Running' : 'Pending';
  const verdict: Verdict = { phase, reason: code, message, ...started(facts) };
  const delayMs = retryDelayMs(worker, facts.nowMs);
  if (delayMs > 0) return { verdict, actions: [], requeueAfterMs: delayMs };
  return { verdict, actions: [{ kind: 'Start', window: worker.window }] };
};

const UNEXPLAINED: ErrorOfSummary = { code: 'CSC_INTERNAL', message: 'the attempt failed', retryable: true };

const afterWork = (facts: Facts, worker: WorkerFacts, summary: Summary): Decision => {
  switch (summary.ending) {
    case 'Completed':
      return completed(facts, summary);
    case 'Aborted':
      return aborted(facts);
    case 'Failed': {
      const { error = UNEXPLAINED } = summary;
      if (endedEarly(facts)) return begin(facts);
      return error.retryable ? hindered(facts, worker, error) : finish(facts, 'Failed', error.code, error.message);
    }
    case 'Drained':
      return begin(facts);
  }
};

const whileWorking = (facts: Facts): Decision => {
  const { run, worker } = facts;
  const early = endedEarly(facts);
  const verdict: Verdict = {
    phase: 'Running',
    reason: 'Running',
    message: 'recordings are being transcribed',
    ...started(facts),
  };
  if (early)
    return worker?.stopping === early.code
      ? { verdict, actions: [] }
      : { verdict, actions: [{ kind: 'Abort', ...early }] };
  if (run.spec.suspend) return { verdict, actions: worker?.stopping ? [] : [{ kind: 'Drain' }] };
  const start = startOf(facts);
  if (run.spec.activeDeadlineSeconds === undefined || start === undefined) return { verdict, actions: [] };
  return { verdict, actions: [], requeueAfterMs: start + run.spec.activeDeadlineSeconds * 1000 - facts.nowMs };
};

const resolve = (facts: Facts): ReturnType<typeof resolveWindow> | CallscribeError => {
  try {
    const pinned = windowOf(facts);
    return pinned ? { kind: 'Resolved', window: pinned } : resolveWindow(facts.run.spec.window, facts.nowMs);
  } catch (error) {
    return toCallscribeError(error);
  }
};

/** A run that is not being worked on: begin, go on, wait or end. */
const begin = (facts: Facts): Decision => {
  const { run, nowMs } = facts;
  const early = endedEarly(facts);
  const resolved = resolve(facts);
  if ('code' in resolved) return finish(facts, 'Failed', resolved.code, resolved.message);
  if (early) {
    // What was begun is brought to its end in the ledger, too; what never began has nothing there.
    if (!windowOf(facts) || resolved.kind === 'Open') return finish(facts, 'Cancelled', early.code, early.message);
    return {
      actions: [
        { kind: 'Start', window: resolved.window },
        { kind: 'Abort', ...early },
      ],
    };
  }
  if (run.spec.suspend) {
    return {
      verdict: { phase: 'Suspended', reason: 'Suspended', message: 'spec.suspend is set', ...started(facts) },
      actions: [],
    };
  }
  if (resolved.kind === 'Open') {
    const message = `the window ends at ${new Date(resolved.endsAtMs).toISOString()}`;
    return {
      verdict: { phase: 'Pending', reason: 'WindowOpen', message },
      actions: [],
      requeueAfterMs: resolved.endsAtMs - nowMs,
    };
  }
  // As with a Job, the clock of activeDeadlineSeconds starts again when a suspended run is resumed.
  const resumed = run.status?.phase === 'Suspended';
  const startAtMs = resumed ? nowMs : (startOf(facts) ?? nowMs);
  const { window } = resolved;
  const verdict: Verdict = {
    phase: 'Running',
    reason: 'Running',
    message: 'recordings are being looked for',
    window,
    startAtMs,
  };
  return { verdict, actions: [{ kind: 'Start', window }] };
};

/** The decision about one run. Never throws. */
export const decide = (facts: Facts): Decision => {
  const { run, worker } = facts;
  if (run.metadata.deletionTimestamp) return NOTHING;
  if (isFinished(run.status?.phase)) return collect(facts);
  if (worker?.summary) return afterWork(facts, worker, worker.summary);
  return worker ? whileWorking(facts) : begin(facts);
};
