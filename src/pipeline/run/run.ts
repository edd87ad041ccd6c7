/**
 * One attempt at a run: finds, locates and drives the recordings with bounded concurrency, until all have their outcome or
 * the controls say stop. The journal makes it resumable; what has a final row is not touched again.
 * @module
 */
import pLimit from 'p-limit';
import { CallscribeError, toCallscribeError } from '../../errors.ts';
import { createAllowance } from '../money/allowance.ts';
import { formatMicros } from '../money/micros.ts';
import type { Summary } from '../plan.ts';
import { IdSet } from '../find/id-set.ts';
import { createBell } from './bell.ts';
import { checkFailurePolicy, closeAll, closeUnfinished, conclude } from './books.ts';
import { affordable, leftMicros } from './budget.ts';
import { hinder, isStopping, pause, type RunContext, type RunState, show, type Unaffordable } from './context.ts';
import { createDeliveryDesk, leftBehind } from './delivery-desk.ts';
import { intake } from './intake.ts';
import { keyOf } from './tally.ts';
import { createTracker } from './tracker.ts';
import { employ } from './worker.ts';

const IDLE_POLL_MS = 1000;

interface Execution {
  readonly state: RunState;
  /** The first error of the run itself; an abort by the caller is not one. */
  readonly fatal: () => CallscribeError | undefined;
  readonly fail: (thrown: unknown) => void;
}

const isOfLedger = (error: CallscribeError | undefined): boolean => error?.code.startsWith('CSC_LEDGER_') ?? false;

/** Set where the caller ends the run for good. */
const endedByCaller = ({ controls }: Pick<RunContext, 'controls'>): CallscribeError | undefined => {
  const reason: unknown = controls.signal.reason;
  return reason instanceof CallscribeError ? reason : undefined;
};

const prepare = (context: RunContext): Execution => {
  const { journal, verbs, controls, settings, claims, clock } = context;
  const [stop, hold] = [new AbortController(), new AbortController()];
  const tasks = new Set<Promise<void>>();
  const bell = createBell();
  let fatal: CallscribeError | undefined;
  let policy: CallscribeError | undefined;
  const signal = AbortSignal.any([controls.signal, stop.signal]);
  const draining = AbortSignal.any([controls.draining, hold.signal]);
  const fail = (thrown: unknown): void => {
    const error = toCallscribeError(thrown);
    // What an abort brought about is no failure, but books that cannot be kept are one in any case.
    if (fatal || (signal.aborted && !isOfLedger(error))) return;
    fatal = error;
    hold.abort(error);
    // What is in flight is being paid for, so it may end, unless it could not be written down.
    if (isOfLedger(error)) stop.abort(error);
  };
  const tracker = createTracker({
    rows: journal.rows(),
    requests: () => verbs.requests(),
    price: settings.price,
  });
  for (const row of journal.rows()) if (row.outcome === 'Transcribed') claims.done(row);
  const claimed = new IdSet();
  for (const { recordingId, errorCode } of journal.rows()) {
    if (recordingId !== '' && errorCode !== 'CSC_RECORDING_SHARED') claimed.add(recordingId);
  }
  const heldKeys = new Set(journal.held().map(({ reservation }) => keyOf(reservation)));
  const state: RunState = {
    journal,
    verbs,
    controls,
    settings,
    claims,
    clock,
    signal,
    tracker,
    tasks,
    bell,
    draining,
    stopping: AbortSignal.any([signal, draining]),
    limit: pLimit(controls.settings().concurrency),
    admitted: new Set(),
    waiting: new Map(),
    putOff: new Map(),
    claimed,
    unaffordable: [],
    allowance: createAllowance(settings.price, journal.rows()),
    awaited: new Set(tracker.unfinished().map(keyOf)).difference(heldKeys),
    held: heldKeys,
    intake: 'Reading',
    giveUp: (reason) => {
      policy ??= reason;
      hold.abort(reason);
    },
    overBecause: () => endedByCaller(context) ?? policy ?? (fatal?.retryable ? undefined : fatal),
    start: (work) => {
      const task: Promise<void> = work()
        .catch(fail)
        .finally(() => {
          tasks.delete(task);
          bell.ring();
        });
      tasks.add(task);
    },
    desk: createDeliveryDesk({
      deliver: ({ transcript }) => verbs.deliver(transcript, signal),
      conclude: (held, error) => conclude(state, held, error),
      hinder: (code, message) => hinder(state, code, message),
      backoffMs: (round) => settings.policy.backoffMs(round),
      accepted: journal.rows().some(({ status }) => status === 'success'),
      now: () => clock.now(),
      isStopped: () => signal.aborted,
    }),
  };
  return { state, fatal: () => fatal, fail };
};

/** Transcripts that an earlier attempt paid for and could not deliver come first. */
const takeUpHeld = async (state: RunState): Promise<void> => {
  for (const held of state.journal.held()) {
    const { recordingId, conversationId, attempt, durationMs } = held.reservation;
    state.tracker.reserved(held.reservation);
    state.claims.done(held.reservation);
    show(state, {
      recordingId,
      conversationId,
      attempt,
      durationMs,
      costMicros: held.reservation.reservedMicros,
      state: 'InProgress',
      stage: 'Deliver',
    });
    state.verbs.resume(recordingId, held.takenBy ?? []);
    state.desk.park(held, leftBehind());
  }
  if (!isStopping(state)) await state.desk.probe();
};

/** Nothing goes on but what waits for a larger budget. */
const restsOnBudget = ({ intake: reading, tasks, unaffordable }: RunState): boolean =>
  unaffordable.length > 0 && tasks.size === (reading === 'Blocked' ? 1 : 0);

const exhausted = (waiting: readonly Unaffordable[], left: number): string => {
  const cheapest = formatMicros(Math.min(...waiting.map(({ priceMicros }) => priceMicros)));
  const who = waiting.length === 1 ? '1 recording waits' : `${waiting.length} recordings wait`;
  return `${who}: the cheapest needs ${cheapest}, and ${formatMicros(Math.max(0, left))} of cost.budget is left`;
};

/** Tries again what the budget did not hold, as far as it does now. */
const retryUnaffordable = (state: RunState): void => {
  const { tracker, controls, unaffordable } = state;
  const code = 'CSC_BUDGET_EXHAUSTED';
  const left = leftMicros(tracker.cost(), controls.settings());
  const { fitting, waiting } = affordable(unaffordable, left);
  unaffordable.splice(0, unaffordable.length, ...waiting);
  for (const { recording } of fitting) employ(state, recording);
  if (fitting.length > 0 || waiting.length === 0) hinder(state, code, undefined);
  else if (restsOnBudget(state)) hinder(state, code, exhausted(waiting, left));
};

/** Until nothing is left to do: offers held transcripts again, and waits for a larger budget if it must. */
const attend = async (state: RunState): Promise<void> => {
  const { tasks, desk, unaffordable, bell } = state;
  while (!isStopping(state) && tasks.size + desk.size() + unaffordable.length > 0) {
    // What changes during the round is not to be slept over.
    const changed = bell.next();
    await desk.round(tasks.size === 0 && unaffordable.length === 0);
    if (unaffordable.length > 0) retryUnaffordable(state);
    await pause(state, IDLE_POLL_MS, changed);
  }
};

/** What an earlier attempt began and the whole window does not have any more keeps the error that it had. */
const closeLost = async (state: RunState): Promise<void> => {
  if (isStopping(state)) return;
  for (const row of state.tracker.unfinished()) {
    const error = new CallscribeError(row.errorCode || 'CSC_ATTEMPT_UNKNOWN', 'the recording was not found again');
    await closeUnfinished(state, row, error);
  }
};

/** Everything has its outcome, also where the run was to stop meanwhile. */
const isComplete = ({ intake: reading, tracker }: RunState): boolean => {
  const { pending, inProgress } = tracker.counts();
  return reading === 'Done' && pending + inProgress === 0;
};

const summaryOf = ({ state, fatal }: Execution): Summary => {
  const progress = state.tracker.progress();
  const failed = (error: CallscribeError): Summary => {
    const { code, message, retryable } = error;
    return { ending: 'Failed', error: { code, message, retryable }, progress };
  };
  const error = fatal();
  if (error && isOfLedger(error)) return failed(error);
  if (endedByCaller(state)) return { ending: 'Aborted', progress };
  const reason = error ?? state.overBecause();
  if (reason) return failed(reason);
  if (state.controls.signal.aborted) return { ending: 'Aborted', progress };
  return { ending: isStopping(state) && !isComplete(state) ? 'Drained' : 'Completed', progress };
};

/** Runs until done, drained or aborted. Never rejects: what went wrong is in the summary. */
export const run = async (context: RunContext): Promise<Summary> => {
  const execution = prepare(context);
  const { state, fail, fatal } = execution;
  const unsubscribe = context.controls.onSettings(() => {
    state.limit.concurrency = context.controls.settings().concurrency;
    state.bell.ring();
  });
  const deafen = state.verbs.onOutage((message) => hinder(state, 'CSC_GENESYS_UNAVAILABLE', message));
  try {
    checkFailurePolicy(state);
    await takeUpHeld(state);
    state.start(() => intake(state));
    await attend(state);
    await closeLost(state);
  } catch (thrown) {
    fail(thrown);
  }
  while (state.tasks.size > 0) await Promise.allSettled(state.tasks);
  const reason = state.overBecause();
  if (reason && !isOfLedger(fatal())) await closeAll(state, reason).catch(fail);
  unsubscribe();
  deafen();
  return summaryOf(execution);
};
