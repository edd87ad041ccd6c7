/**
 * Some writes must not be given up because the API server is away for a while: money was spent on what they carry.
 * @module
 */
import type { Clock } from '../../clock.ts';
import { KubeError } from '../runtime/kube-error.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** Waits between tries: doubling, bounded. */
export const waits = function* (): Generator<number, never> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) yield waitMs;
};

/** Also where somebody took our permissions away: what is to be written was paid for, and they can be given back. */
export const isWorthInsisting = (error: unknown): boolean =>
  error instanceof KubeError && (error.isRetryable || error.status === 403);

/** Repeats `operation` until it succeeds, fails with an answer that another try would not change, or `signal` is aborted. */
export const insist = async <T>(
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  operation: () => Promise<T>,
): Promise<T> => {
  for (const waitMs of waits()) {
    try {
      return await operation();
    } catch (error) {
      signal.throwIfAborted();
      if (!isWorthInsisting(error)) throw error;
    }
    await clock.sleep(waitMs, signal);
  }
  throw new Error('unreachable: waits() never ends');
};
