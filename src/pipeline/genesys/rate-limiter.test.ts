/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { createRateLimiter, createRateLimiters } from './rate-limiter.ts';

/** Time that only moves when somebody sleeps; sleepers wake in the order of their time. */
const virtualClock = (): Clock => {
  let nowMs = 0;
  return {
    now: () => nowMs,
    sleep: async (ms, signal) => {
      const untilMs = nowMs + ms;
      await Promise.resolve();
      signal?.throwIfAborted();
      nowMs = Math.max(nowMs, untilMs);
    },
  };
};

describe('createRateLimiter', () => {
  it('never lets more than perMinute calls happen within 60 seconds', async () => {
    const clock = virtualClock();
    const limiter = createRateLimiter({ perMinute: 5, clock });
    const times: number[] = [];
    for (let call = 0; call < 17; call += 1) {
      await limiter.take();
      times.push(clock.now());
    }
    expect(times.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    for (const [index, time] of times.entries()) {
      const inMinute = times.filter((other) => other > time - 60_000 && other <= time).length;
      expect(inMinute, `call ${index}`).toBeLessThanOrEqual(5);
    }
    expect(times.at(-1)).toBe(180_000);
  });

  it('holds everybody back during a pause, also who waits already', async () => {
    const clock = virtualClock();
    const limiter = createRateLimiter({ perMinute: 1, clock });
    await limiter.take();
    const waiting = limiter.take().then(() => clock.now());
    limiter.pause(90_000);
    expect(await waiting).toBe(90_000);
    limiter.pause(10);
    await limiter.take();
    expect(clock.now()).toBeGreaterThanOrEqual(120_000);
  });

  it('a shorter pause does not end a longer one', async () => {
    const clock = virtualClock();
    const limiter = createRateLimiter({ perMinute: 10, clock });
    limiter.pause(5000);
    limiter.pause(10);
    await limiter.take();
    expect(clock.now()).toBe(5000);
  });

  it('ends with the signal', async () => {
    const limiter = createRateLimiter({ perMinute: 1, clock: virtualClock() });
    await limiter.take();
    const abort = new AbortController();
    const waiting = limiter.take(abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
  });
});

describe('createRateLimiters', () => {
  it('gives the same client the same limiter', () => {
    const limiterOf = createRateLimiters(virtualClock());
    expect(limiterOf('a', 300)).toBe(limiterOf('a', 300));
    expect(limiterOf('a', 300)).not.toBe(limiterOf('b', 300));
    expect(limiterOf('a', 300)).not.toBe(limiterOf('a', 100));
  });
});
