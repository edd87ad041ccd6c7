/**
 * A `Clock` that stands still until a test moves it.
 * @module
 */
import type { Clock } from '../../src/clock.ts';
import { manualTimers, type ManualTimers } from './manual-timers.ts';

export interface ManualClock extends Clock, Pick<ManualTimers, 'advance' | 'pending'> {}

/** Begins at `startMs`. Sleeps end in the order in which they fall due, or with the reason of their signal. */
export const manualClock = (startMs = 0): ManualClock => {
  const timers = manualTimers();
  return {
    now: () => startMs + timers.nowMs(),
    advance: (ms) => timers.advance(ms),
    pending: () => timers.pending(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          cancel();
          reject(signal?.reason as Error);
        };
        const cancel = timers.after(ms, () => {
          signal?.removeEventListener('abort', end);
          resolve();
        });
        if (signal?.aborted) end();
        else signal?.addEventListener('abort', end, { once: true });
      }),
  };
};
