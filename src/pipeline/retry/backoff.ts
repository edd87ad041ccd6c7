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
  const waitMs = /^\d+(\.\d+)?$/.test(text) ? Math.ceil(Number(text) * 1000) : Date.parse(text) - nowMs;
  // Without a letter it is no HTTP date, but Date.parse would still find a year in it.
  const readable = !Number.isNaN(waitMs) && (/^\d/.test(text) === /^\d+(\.\d+)?$/.test(text));
  return readable ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, waitMs)) : undefined;
};
