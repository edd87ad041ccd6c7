/**
 * What an answer of a destination means for a transcript. Pure.
 * @module
 */
import { CallscribeError } from '../../errors.ts';

/**
 * 4xx that say nothing against the transcript: the login is renewed and a key may be rotated (401), the request came too slowly
 * (408), too early (425) or with too many others (429).
 */
const PASSING: ReadonlySet<number> = new Set([401, 408, 425, 429]);

export const isTaken = (status: number): boolean => status >= 200 && status < 300;

/** Redirects are not followed with a transcript in hand, so they are refusals. */
const isRefusedForGood = (status: number): boolean => status >= 300 && status < 500 && !PASSING.has(status);

/** The error of an answer that is not a success. The answer is not quoted: it may repeat what was sent. */
export const failureOfStatus = (name: string, status: number, retryAfterMs?: number): CallscribeError => {
  const options = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return isRefusedForGood(status)
    ? new CallscribeError('CSC_DELIVERY_REJECTED', `${name} answered ${status}`, options)
    : new CallscribeError('CSC_DELIVERY_UNAVAILABLE', `${name} answered ${status}`, options);
};
