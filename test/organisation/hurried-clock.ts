/**
 * A clock that runs faster than the machine's, for waits of minutes that a test has no time for. Work takes as long as it takes.
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';

/** Begins at `startMs`; a millisecond of the machine is `times` of its own. */
export const hurriedClock = (startMs: number, times: number): Clock => {
  const begunMs = performance.now();
  return {
    now: () => Math.round(startMs + (performance.now() - begunMs) * times),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      try {
        await delay(ms / times, undefined, signal ? { signal } : undefined);
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
  };
};
