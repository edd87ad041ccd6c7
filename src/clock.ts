/**
 * Time and chance, passed in wherever they are needed so that tests decide both.
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';

/** Wall time for what people read, and a wait that an `AbortSignal` ends. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A number in `[0, 1)`, as `Math.random` gives. */
export type Random = () => number;

/** Node takes waits of up to 24.8 days; with a longer one its timer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    try {
      for (let left = ms; left > 0 || left === ms; left -= LONGEST_TIMER_MS)
        await delay(Math.min(left, LONGEST_TIMER_MS), undefined, signal ? { signal } : undefined);
    } catch (error) {
      // Node wraps the reason in an AbortError; callers compare against the reason they aborted with.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
