/**
 * The circuit breaker of one service of Genesys Cloud. When it fails again and again, callscribe stops calling it and sends one
 * call now and then to see whether it is back; everybody else waits.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';

export type BreakerState =
  | { readonly kind: 'Closed'; readonly failures: number }
  | { readonly kind: 'Open'; readonly round: number; readonly untilMs: number }
  /** One call is under way to see whether the service is back. */
  | { readonly kind: 'Probing'; readonly round: number };

/** So many failures in a row, of any calls, open it. */
const FAILURES_THAT_OPEN = 5;
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;

export const CLOSED: BreakerState = { kind: 'Closed', failures: 0 };

/** The state after a failure. Pauses grow, and differ by chance, so that operators do not come back together. */
export const afterFailure = (state: BreakerState, nowMs: number, random: Random): BreakerState => {
  if (state.kind === 'Open') return state;
  if (state.kind === 'Closed' && state.failures + 1 < FAILURES_THAT_OPEN) {
    return { kind: 'Closed', failures: state.failures + 1 };
  }
  const round = state.kind === 'Probing' ? state.round + 1 : 1;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (round - 1));
  return { kind: 'Open', round, untilMs: nowMs + pauseMs * (1 + random() / 4) };
};

/** 503, 504 and no answer at all say that the service is away; any other answer says that it is there. */
export const isOutage = (error: unknown): error is CallscribeError =>
  error instanceof CallscribeError &&
  error.code === 'CSC_GENESYS_UNAVAILABLE' &&
  (error.status === undefined || error.status === 503 || error.status === 504);

export interface Breaker {
  /**
   * Runs `operation` when the service may be called. Rejects with what `operation` rejects with, or the reason of `signal` while it
   * waits.
   */
  run<T>(operation: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Whether the error is one of an outage that goes on, so that the call should wait for its end. */
  holds(error: unknown): boolean;
}

export interface BreakerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Called when it opens, with the error that opened it, and without one when it closes. */
  readonly onChange: (error: CallscribeError | undefined) => void;
}

/** Whether a call that ended so says anything about the service. */
const isAnswer = (error: unknown): boolean => error instanceof CallscribeError && error.status !== undefined;

export const createBreaker = ({ clock, random, onChange }: BreakerOptions): Breaker => {
  let state: BreakerState = CLOSED;
  let changed = Promise.withResolvers<void>();

  const become = (next: BreakerState, error?: CallscribeError): void => {
    const isOver = next.kind === 'Closed' && state.kind !== 'Closed';
    state = next;
    changed.resolve();
    changed = Promise.withResolvers<void>();
    if (next.kind === 'Open') onChange(error);
    else if (isOver) onChange(undefined);
  };

  /** Waits until the service may be called; true for the one call that looks whether it is back. */
  const enter = async (signal: AbortSignal | undefined): Promise<boolean> => {
    for (;;) {
      signal?.throwIfAborted();
      if (state.kind === 'Closed') return false;
      const waitMs = state.kind === 'Open' ? state.untilMs - clock.now() : LONGEST_PAUSE_MS;
      if (state.kind === 'Open' && waitMs <= 0) {
        become({ kind: 'Probing', round: state.round });
        return true;
      }
      await sleepUntil(changed.promise, waitMs, signal);
    }
  };

  const sleepUntil = async (change: Promise<void>, ms: number, signal: AbortSignal | undefined): Promise<void> => {
    const over = new AbortController();
    const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    await Promise.race([change, clock.sleep(ms, either).catch(() => {})]);
    over.abort();
  };

  const failed = (error: unknown, isProbe: boolean): void => {
    if (isOutage(error)) become(afterFailure(state, clock.now(), random), error);
    else if (isAnswer(error)) succeeded();
    // The probe was broken off: another one may look.
    else if (isProbe && state.kind === 'Probing') become({ kind: 'Open', round: state.round, untilMs: clock.now() });
  };

  const succeeded = (): void => {
    if (state.kind !== 'Closed' || state.failures > 0) become(CLOSED);
  };

  return {
    holds: (error) => state.kind !== 'Closed' && isOutage(error),
    run: async (operation, signal) => {
      const isProbe = await enter(signal);
      try {
        const value = await operation();
        succeeded();
        return value;
      } catch (error) {
        failed(error, isProbe);
        throw error;
      }
    },
  };
};
