/**
 * One attempt at a run: finds, locates and drives the recordings with bounded concurrency, until all have their outcome or
 * the controls say stop. The journal makes it resumable; what has a final row is not touched again.
 * @module
 */
import pLimit from 'p-limit';
import { type CallscribeError, toCallscribeError } from '../../errors.ts';
import type { Summary } from '../plan.ts';
import { checkFailurePolicy, close, conclude } from './books.ts';
import { announce, isStopping, overBecause, type RunContext, type RunState, show } from './context.ts';
import { createDeliveryDesk, leftBehind } from './delivery-desk.ts';
import { admit, intake } from './intake.ts';
import { createTracker } from './tracker.ts';

const IDLE_POLL_MS = 1000;

interface Execution {
  readonly state: RunState;
  readonly tasks: Set<Promise<void>>;
  /** The first error of the run itself; an abort by the caller is not one. */
  readonly fatal: () => CallscribeError | undefined;
  readonly fail: (thrown: unknown) => void;
  readonly foundAll: () => void;
}

const prepare = (context: RunContext): Execution => {
  const { journal, verbs, controls, settings, clock } = context;
  const stop = new AbortController();
  const hold = new AbortController();
  const tasks = new Set<Promise<void>>();
  let fatal: CallscribeError | undefined;
  let allFound = false;
  const signal = AbortSignal.any([controls.signal, stop.signal]);
  const fail = (thrown: unknown): void => {
    if (signal.aborted) return;
    fatal = toCallscribeError(thrown);
    stop.abort(fatal);
  };
  const tracker = createTracker(journal.rows(), () => verbs.requests());
  const state: RunState = {
    journal,
    verbs,
    controls,
    settings,
    clock,
    signal,
    tracker,
    draining: AbortSignal.any([controls.draining, hold.signal]),
    limit: pLimit(controls.settings().concurrency),
    waiting: new Map(),
    unaffordable: [],
    allFound: () => allFound,
    giveUp: (reason) => hold.abort(reason),
    start: (work) => {
      const task: Promise<void> = work()
        .catch(fail)
        .finally(() => tasks.delete(task));
      tasks.add(task);
    },
    desk: createDeliveryDesk({
      deliver: ({ transcript }) => verbs.deliver(transcript, signal),
      conclude: (held, error) => conclude(state, held, error),
      hinder: (hindrance) => {
        tracker.hinder(hindrance);
        announce(state);
      },
      backoffMs: (round) => settings.policy.backoffMs(round),
    }),
  };
  const foundAll = (): void => {
    allFound = true;
    checkFailurePolicy(state);
  };
  return { state, tasks, fatal: () => fatal, fail, foundAll };
};

/** Transcripts that an earlier attempt paid for and could not deliver come first. */
const takeUpHeld = (state: RunState): void => {
  for (const held of state.journal.held()) {
    const { recordingId, conversationId, attempt, durationMs } = held.reservation;
    state.tracker.reserved(held.reservation);
    show(state, {
      recordingId,
      conversationId,
      attempt,
      durationMs,
      costMicros: held.costMicros,
      state: 'InProgress',
      stage: 'Deliver',
    });
    state.desk.park(held, leftBehind());
  }
};

/** Tries again what the budget did not hold, where what is left now may hold the cheapest of it. */
const retryUnaffordable = async (state: RunState): Promise<void> => {
  const { tracker, controls, unaffordable, verbs } = state;
  const { settledMicros, reservedMicros, unknownMicros } = tracker.cost();
  const leftMicros =
    (controls.settings().budgetMicros ?? Number.POSITIVE_INFINITY) - settledMicros - reservedMicros - unknownMicros;
  const cheapestMicros = Math.min(...unaffordable.map((item) => verbs.estimateMicros(item.announcedDurationMs)));
  const message = `${unaffordable.length} recordings wait: what is left of the budget does not hold the next one`;
  tracker.hinder(cheapestMicros > leftMicros ? { code: 'CSC_BUDGET_EXHAUSTED', message } : undefined);
  announce(state);
  if (cheapestMicros > leftMicros) return;
  for (const recording of unaffordable.splice(0)) await admit(state, recording);
};

/** Offers held transcripts again when their wait is over. Gives the time of the next round. */
const deliverAgain = async ({ state, tasks }: Execution, roundAtMs: number): Promise<number> => {
  const { desk, unaffordable, clock } = state;
  if (desk.size() === 0 || clock.now() < roundAtMs) return roundAtMs;
  await desk.round(tasks.size === 0 && unaffordable.length === 0);
  return desk.size() > 0 ? clock.now() + desk.waitMs() : 0;
};

/** Waits until a work ends or a moment has passed, and leaves no timer behind. */
const settleALittle = async ({ state, tasks }: Execution): Promise<void> => {
  const woken = new AbortController();
  const moment = state.clock
    .sleep(IDLE_POLL_MS, AbortSignal.any([state.signal, state.draining, woken.signal]))
    .catch(() => {});
  await Promise.race([...tasks, moment]);
  woken.abort();
};

/** Everything was found: waits for what is going on, offers held transcripts again, and waits for a larger budget if it must. */
const settleDown = async (execution: Execution): Promise<void> => {
  const { state, tasks } = execution;
  let roundAtMs = 0;
  while (!isStopping(state) && tasks.size + state.desk.size() + state.unaffordable.length > 0) {
    roundAtMs = await deliverAgain(execution, roundAtMs);
    if (tasks.size === 0 && state.unaffordable.length > 0) await retryUnaffordable(state);
    await settleALittle(execution);
  }
};

/** A run that is over leaves nothing without an outcome. */
const finishWhatIsOver = async ({ state, fatal }: Execution): Promise<void> => {
  const reason = overBecause(state);
  if (!reason || fatal()) return;
  for (const { held } of state.desk.clear()) await conclude(state, held, reason);
  const outcome = reason.code === 'CSC_DEADLINE_EXCEEDED' ? 'Failed' : 'Skipped';
  for (const recording of [...state.waiting.values(), ...state.unaffordable])
    await close(state, recording, outcome, reason);
};

const summaryOf = ({ state, fatal }: Execution): Summary => {
  const progress = state.tracker.progress();
  const over = overBecause(state);
  const error = fatal() ?? (over?.code === 'CSC_FAILURE_POLICY' ? over : undefined);
  if (error) {
    const { code, message, retryable } = error;
    return { ending: 'Failed', error: { code, message, retryable }, progress };
  }
  if (state.controls.signal.aborted) return { ending: 'Aborted', progress };
  return { ending: state.draining.aborted ? 'Drained' : 'Completed', progress };
};

/** Runs until done, drained or aborted. Never rejects: what went wrong is in the summary. */
export const run = async (context: RunContext): Promise<Summary> => {
  const execution = prepare(context);
  const { state, tasks, fail } = execution;
  const unsubscribe = context.controls.onSettings(() => {
    state.limit.concurrency = context.controls.settings().concurrency;
  });
  try {
    takeUpHeld(state);
    await intake(state, tasks);
    execution.foundAll();
    await settleDown(execution);
  } catch (thrown) {
    fail(thrown);
  }
  await Promise.allSettled(tasks);
  await finishWhatIsOver(execution).catch(fail);
  unsubscribe();
  return summaryOf(execution);
};
