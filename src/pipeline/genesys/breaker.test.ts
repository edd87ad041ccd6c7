/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import { afterFailure, createBreaker, isOutage } from './breaker.ts';
import type { BreakerState } from './breaker.ts';

const unavailable = (status?: number): CallscribeError =>
  new CallscribeError('CSC_GENESYS_UNAVAILABLE', `away ${status}`, status === undefined ? {} : { status });

describe('afterFailure', () => {
  it.each<[string, BreakerState, BreakerState]>([
    ['counts', { kind: 'Closed', failures: 0 }, { kind: 'Closed', failures: 1 }],
    ['opens at the fifth in a row', { kind: 'Closed', failures: 4 }, { kind: 'Open', round: 1, untilMs: 6000 }],
    ['waits longer after a probe', { kind: 'Probing', round: 1 }, { kind: 'Open', round: 2, untilMs: 11_000 }],
    ['but not for ever', { kind: 'Probing', round: 30 }, { kind: 'Open', round: 31, untilMs: 61_000 }],
    ['has no meaning while it is open', { kind: 'Open', round: 2, untilMs: 9 }, { kind: 'Open', round: 2, untilMs: 9 }],
  ])('%s', (_, before, after) => {
    expect(afterFailure(before, 1000, () => 0)).toEqual(after);
  });

  it('adds up to a quarter by chance', () => {
    expect(afterFailure({ kind: 'Probing', round: 9 }, 0, () => 1)).toMatchObject({ untilMs: 75_000 });
  });
});

it.each([
  [unavailable(503), true],
  [unavailable(504), true],
  [unavailable(), true],
  [unavailable(500), false],
  [unavailable(408), false],
  [new CallscribeError('CSC_GENESYS_RATE_LIMITED', '', { status: 429 }), false],
  [new CallscribeError('CSC_EGRESS_DENIED', ''), false],
  [new Error('stopped'), false],
])('%s is an outage: %s', (error, expected) => {
  expect(isOutage(error)).toBe(expected);
});

/** Sleeps take no time; the clock moves on with them. */
const swiftClock = (): Clock & { readonly waits: number[] } => {
  let nowMs = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
    },
  };
};

const setUp = () => {
  const clock = swiftClock();
  const changes: (string | undefined)[] = [];
  const breaker = createBreaker({ clock, random: () => 0, onChange: (error) => changes.push(error?.message) });
  const fail = async (error: Error): Promise<void> => {
    await expect(
      breaker.run(async () => {
        throw error;
      }),
    ).rejects.toBe(error);
  };
  return { clock, changes, breaker, fail };
};

describe('a breaker', () => {
  it('lets everything pass as long as not all fails', async () => {
    const { breaker, fail, changes, clock } = setUp();
    for (let round = 0; round < 10; round += 1) {
      for (let failure = 0; failure < 4; failure += 1) await fail(unavailable(503));
      expect(await breaker.run(() => Promise.resolve('there'))).toBe('there');
    }
    expect([changes, clock.waits]).toEqual([[], []]);
  });

  it.each([
    new CallscribeError('CSC_GENESYS_NOT_FOUND', '', { status: 404 }),
    new CallscribeError('CSC_GENESYS_RATE_LIMITED', '', { status: 429 }),
    unavailable(500),
  ])('takes %s for a sign of life', async (answer) => {
    const { fail, changes } = setUp();
    for (let failure = 0; failure < 4; failure += 1) await fail(unavailable(503));
    await fail(answer);
    await fail(unavailable(503));
    expect(changes).toEqual([]);
  });

  it('opens, lets one call look now and then, and closes with the first that gets through', async () => {
    const { breaker, fail, changes, clock } = setUp();
    for (let failure = 0; failure < 5; failure += 1) await fail(unavailable(503));
    expect(changes).toEqual(['away 503']);
    expect(breaker.holds(unavailable(503))).toBe(true);
    expect(breaker.holds(new CallscribeError('CSC_GENESYS_NOT_FOUND', '', { status: 404 }))).toBe(false);
    await fail(unavailable());
    expect(clock.waits).toEqual([5000]);
    await breaker.run(() => Promise.resolve());
    expect(clock.waits).toEqual([5000, 10_000]);
    expect(changes).toEqual(['away 503', 'away undefined', undefined]);
    expect(breaker.holds(unavailable(503))).toBe(false);
  });

  it('lets nobody else look while one does', async () => {
    const { breaker, fail } = setUp();
    for (let failure = 0; failure < 5; failure += 1) await fail(unavailable(503));
    const probe = Promise.withResolvers<void>();
    const order: string[] = [];
    const probing = breaker.run(async () => {
      order.push('probe');
      await probe.promise;
    });
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    const waiting = breaker.run(() => Promise.resolve(order.push('after')));
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(order).toEqual(['probe']);
    probe.resolve();
    await Promise.all([probing, waiting]);
    expect(order).toEqual(['probe', 'after']);
  });

  it('lets another one look where the first was broken off', async () => {
    const { breaker, fail, changes } = setUp();
    for (let failure = 0; failure < 5; failure += 1) await fail(unavailable(503));
    await fail(new Error('stopped'));
    await breaker.run(() => Promise.resolve());
    expect(changes.at(-1)).toBeUndefined();
  });

  it('lets who is told to stop go', async () => {
    const { breaker, fail } = setUp();
    for (let failure = 0; failure < 5; failure += 1) await fail(unavailable(503));
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(breaker.run(() => Promise.resolve(), signal)).rejects.toThrow('cancelled');
  });
});
