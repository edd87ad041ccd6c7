/**
 * The ceiling of calls per minute of one OAuth client. Genesys counts per token, and all runs that use the same client share
 * what it grants, so they share one of these.
 * @module
 */
import type { Clock } from '../../clock.ts';

const MINUTE_MS = 60_000;

export interface RateLimiter {
  /** Resolves when one more call may be made. First come, first served; rejects with the reason of `signal`. */
  take(signal?: AbortSignal): Promise<void>;
  /** Holds everybody back for that long: what a 429 asks for, since it is meant for the client and not for the one call. */
  pause(ms: number): void;
}

export interface RateLimiterOptions {
  /** A whole number, at least 1. */
  readonly perMinute: number;
  readonly clock: Clock;
}

/** No more than `perMinute` calls within any 60 seconds; a short run is not slowed down at all. */
export const createRateLimiter = ({ perMinute, clock }: RateLimiterOptions): RateLimiter => {
  /** When the last `perMinute` calls were, or will be, made: a ring, `next` is the oldest. */
  const madeAtMs = Array.from({ length: perMinute }, () => Number.NEGATIVE_INFINITY);
  let next = 0;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;

  const bookSlot = (): number => {
    const oldestMs = madeAtMs[next] ?? Number.NEGATIVE_INFINITY;
    const atMs = Math.max(clock.now(), pausedUntilMs, oldestMs + MINUTE_MS);
    madeAtMs[next] = atMs;
    next = (next + 1) % perMinute;
    return atMs;
  };

  return {
    take: async (signal) => {
      signal?.throwIfAborted();
      const slotAtMs = bookSlot();
      // A pause may begin, or be prolonged, during the wait.
      for (;;) {
        const waitMs = Math.max(slotAtMs, pausedUntilMs) - clock.now();
        if (waitMs <= 0) return;
        await clock.sleep(waitMs, signal);
      }
    },
    pause: (ms) => {
      pausedUntilMs = Math.max(pausedUntilMs, clock.now() + ms);
    },
  };
};

/**
 * One limiter per OAuth client (or whatever `key` names) for the life of the process. Where runs disagree about the ceiling
 * each keeps its own: `perMinute` is part of the identity.
 */
export const createRateLimiters = (clock: Clock): ((key: string, perMinute: number) => RateLimiter) => {
  const limiters = new Map<string, RateLimiter>();
  return (key, perMinute) => {
    const id = `${perMinute} ${key}`;
    const limiter = limiters.get(id) ?? createRateLimiter({ perMinute, clock });
    limiters.set(id, limiter);
    return limiter;
  };
};
