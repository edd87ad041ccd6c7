/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { CallscribeError, type ErrorCode } from '../../errors.ts';
import { retrying, type RetryPolicy } from './retrying.ts';

const recordingClock = (): Clock & { readonly waits: number[] } => {
  const waits: number[] = [];
  return {
    waits,
    now: () => 0,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
    },
  };
};

const policyOf = (clock: Clock, more: Partial<RetryPolicy> = {}): RetryPolicy => ({
  attempts: 3,
  baseMs: 100,
  capMs: 1000,
  clock,
  random: () => 0.5,
  ...more,
});

const away = (options: { retryAfterMs?: number; code?: ErrorCode } = {}): CallscribeError =>
  new CallscribeError(options.code ?? 'CSC_GENESYS_UNAVAILABLE', 'away', options);

/** Throws each of `errors` once, then succeeds; remembers which attempts it was told of. */
const failing = (errors: readonly unknown[]): ((attempt: number) => Promise<string>) & { readonly told: number[] } => {
  const told: number[] = [];
  const left = [...errors];
  const operation = async (attempt: number): Promise<string> => {
    told.push(attempt);
    if (left.length > 0) throw left.shift();
    return 'done';
  };
  return Object.assign(operation, { told });
};

describe('retrying', () => {
  it('returns the first success without a wait', async () => {
    const clock = recordingClock();
    await expect(retrying(failing([]), policyOf(clock))).resolves.toBe('done');
    expect(clock.waits).toEqual([]);
  });

  it('waits longer from attempt to attempt', async () => {
    const clock = recordingClock();
    const operation = failing([away(), away()]);
    await expect(retrying(operation, policyOf(clock))).resolves.toBe('done');
    expect(operation.told).toEqual([1, 2, 3]);
    expect(clock.waits).toEqual([50, 100]);
  });

  it('throws what the last attempt threw', async () => {
    const last = away();
    await expect(retrying(failing([away(), away(), last]), policyOf(recordingClock()))).rejects.toBe(last);
  });

  it.each([
    ['an error that no retry mends', away({ code: 'CSC_GENESYS_FORBIDDEN' })],
    ['an error that is not foreseen', new TypeError('a defect')],
  ])('gives up at once on %s', async (_, error) => {
    const clock = recordingClock();
    await expect(retrying(failing([error]), policyOf(clock))).rejects.toBe(error);
    expect(clock.waits).toEqual([]);
  });

  it('waits at least as long as asked', async () => {
    const clock = recordingClock();
    await retrying(failing([away({ retryAfterMs: 5000 })]), policyOf(clock));
    expect(clock.waits).toEqual([5050]);
  });

  it('counts no attempt for a free error', async () => {
    const clock = recordingClock();
    const limited = Array.from({ length: 6 }, () => away({ code: 'CSC_GENESYS_RATE_LIMITED' }));
    const isFree = (error: unknown): boolean =>
      error instanceof CallscribeError && error.code === 'CSC_GENESYS_RATE_LIMITED';
    const operation = failing(limited);
    await expect(retrying(operation, policyOf(clock, { attempts: 1, isFree }))).resolves.toBe('done');
    expect(new Set(operation.told)).toEqual(new Set([1]));
  });

  it('ends with the reason of the signal, also where the operation threw something else', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled');
    const operation = async (): Promise<never> => {
      abort.abort(reason);
      throw away();
    };
    await expect(retrying(operation, policyOf(recordingClock(), { signal: abort.signal }))).rejects.toBe(reason);
  });

  it('does not begin once the signal is aborted', async () => {
    const operation = failing([]);
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(retrying(operation, policyOf(recordingClock(), { signal }))).rejects.toThrow('cancelled');
    expect(operation.told).toEqual([]);
  });
});
