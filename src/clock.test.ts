/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';

describe('systemClock', () => {
  it('tells the time of the machine', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  });

  it.each([0, 5])('sleeps %i ms', async (ms) => {
    const startedAt = performance.now();
    await systemClock.sleep(ms);
    // Timers count whole milliseconds.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(ms - 1);
  });

  it('wakes with the reason of its signal, and does not fall asleep once that is aborted', async () => {
    const [abort, reason] = [new AbortController(), new Error('enough')];
    const sleeping = systemClock.sleep(60_000, abort.signal);
    abort.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(systemClock.sleep(0, abort.signal)).rejects.toBe(reason);
  });

  it('sleeps for months: a timer of Node would fire at once', async () => {
    const abort = new AbortController();
    let isAwake = false;
    const sleeping = systemClock.sleep(90 * 86_400_000, abort.signal).finally(() => {
      isAwake = true;
    });
    await systemClock.sleep(20);
    expect(isAwake).toBe(false);
    abort.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
  });
});
