/**
 * Runs an operation until it succeeds, fails for good, or has used its attempts.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import { type Backoff, backoffMs } from './backoff.ts';

export interface RetryPolicy extends Backoff {
  /** How often the operation is tried in all, at least once. */
  readonly attempts: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal;
  /** Default: a `CallscribeError` that says so of itself. */
  readonly isRetryable?: (error: unknown) => boolean;
  /** Errors after which the wait uses no attempt, for example a 429; they must be retryable too. Default: none. */
  readonly isFree?: (error: unknown) => boolean;
}

/** True for a `CallscribeError` that trying again can mend; anything else is not foreseen and so not repeated. */
export const isRetryableError = (error: unknown): boolean => error instanceof CallscribeError && error.retryable;

/** The wait before the next attempt: the jitter alone, or on top of what the other side asked for, so that not all come at once. */
const waitMsAfter = (error: unknown, failures: number, policy: RetryPolicy): number => {
  const askedMs = error instanceof CallscribeError ? (error.retryAfterMs ?? 0) : 0;
  return askedMs + backoffMs(failures, policy, policy.random);
};

/**
 * The value of the first attempt that succeeds. A `retryAfterMs` of the error is a lower bound of the wait.
 *
 * @param operation gets the number of the attempt, from 1
 * @throws what the last attempt threw, or the reason of `signal` once that is aborted
 */
export const retrying = async <T>(operation: (attempt: number) => Promise<T>, policy: RetryPolicy): Promise<T> => {
  const { attempts, clock, signal, isRetryable = isRetryableError, isFree = () => false } = policy;
  let attempt = 1;
  for (let failures = 1; ; failures += 1) {
    signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isFree(error)) attempt += 1;
      if (!isRetryable(error) || attempt > attempts) throw error;
      await clock.sleep(waitMsAfter(error, failures, policy), signal);
    }
  }
};
