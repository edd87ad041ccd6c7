/**
 * The one place where an answer or a failure of a speech service becomes an error of ours. Pure.
 * @module
 */
import { CallscribeError, type ErrorCode } from '../../errors.ts';
import type { ExchangeAnswer } from '../http/exchange.ts';
import { retryAfterMs } from '../retry/backoff.ts';
import { excerptOf } from './excerpt.ts';
import { UploadFailure } from './upload.ts';

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'CSC_STT_AUTH',
  403: 'CSC_STT_AUTH',
  // The service gave up waiting for the request, so it did not do the work.
  408: 'CSC_STT_UNAVAILABLE',
  425: 'CSC_STT_UNAVAILABLE',
  429: 'CSC_STT_RATE_LIMITED',
};

const codeOf = (status: number): ErrorCode =>
  CODES[status] ?? (status >= 500 ? 'CSC_STT_UNAVAILABLE' : 'CSC_STT_REJECTED');

/**
 * The error of an answer that is no success.
 * @param secrets are left out of the message
 */
export const failureOfAnswer = (answer: ExchangeAnswer, secrets: readonly string[], nowMs: number): CallscribeError => {
  const { status } = answer;
  const excerpt = excerptOf(answer.text, secrets);
  const waitMs = retryAfterMs(answer.headers['retry-after'], nowMs);
  const isRedirect = status >= 300 && status < 400;
  const words = isRedirect ? ', and redirects are not followed' : excerpt && `: ${excerpt}`;
  return new CallscribeError(codeOf(status), `the speech service answered ${status}${words}`, {
    status,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
};

const networkCode = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'the connection failed';
};

/** The error of an attempt that got no answer. Of a network error only the code is told: its message may name more. */
export const failureOfUpload = (error: unknown, timeoutMs: number): unknown => {
  if (!(error instanceof UploadFailure)) return error;
  // A host that is not allowed, and what else was ours from the beginning.
  if (error.cause instanceof CallscribeError) return error.cause;
  if (error.kind === 'too-long') {
    return new CallscribeError('CSC_STT_PROTOCOL', 'the answer of the speech service is too long');
  }
  const why = error.kind === 'timeout' ? `nothing within ${timeoutMs} ms` : networkCode(error.cause);
  if (!error.sent) return new CallscribeError('CSC_STT_UNAVAILABLE', `the speech service was not reached: ${why}`);
  return error.kind === 'timeout'
    ? new CallscribeError('CSC_STT_TIMEOUT', `the speech service did not answer within ${timeoutMs} ms`)
    : new CallscribeError('CSC_STT_CONNECTION_LOST', `the connection broke after audio was sent: ${why}`);
};
