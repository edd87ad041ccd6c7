/**
 * How long to wait before trying again. Pure, so that every caller waits by the same rules.
 * @module
 */
import type { Random } from '../../clock.ts';

export interface Backoff {
  /** Upper bound of the first wait. */
  readonly baseMs: number;
  /** Upper bound of every wait. */
  readonly capMs: number;
}

/** The longest wait that a `Retry-After` header is believed: a day. It also keeps timers below their 32-bit limit. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * Exponential back-off with full jitter: a random whole number of milliseconds below `min(capMs, baseMs * 2^(attempt-1))`.
 * Full jitter spreads callers that failed together over the whole interval.
 *
 * @param attempt number of the attempt that failed, from 1
 */
export const backoffMs = (attempt: number, { baseMs, capMs }: Backoff, random: Random): number =>
  Math.floor(random() * Math.min(capMs, baseMs * 2 ** (attempt - 1)));

/**
 * The wait that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or an HTTP date), at most a day; undefined where
 * there is none or it cannot be read. A date of the past gives 0.
 */
export const retryAfterMs = (
  header: string | readonly string[] | null | undefined,
  nowMs: number,
): number | undefined => {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? '';
  const isSeconds = /^\d+(\.\d+)?$/.test(text);
  const waitMs = isSeconds ? Math.ceil(Number(text) * 1000) : Date.parse(text) - nowMs;
  // An HTTP date begins with the name of a day; Date.parse alone would find a year in nearly any number.
  const readable = !Number.isNaN(waitMs) && (isSeconds || /^[a-z]/i.test(text));
  return readable ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, waitMs)) : undefined;
};
