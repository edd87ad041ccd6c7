/**
 * The one place where an answer or a failure of Genesys Cloud becomes an error of ours.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { ExchangeTimeout } from '../http/exchange.ts';
import type { ExchangeAnswer } from '../http/exchange.ts';
import { retryAfterMs } from '../retry/backoff.ts';
import type { RateLimits } from './bucket.ts';
import { readObject, readText } from './read.ts';

interface Kind {
  readonly code: ErrorCode;
  readonly retryable?: boolean;
}

const KINDS: Readonly<Record<number, Kind>> = {
  401: { code: 'CSC_GENESYS_AUTH' },
  403: { code: 'CSC_GENESYS_FORBIDDEN' },
  404: { code: 'CSC_GENESYS_NOT_FOUND' },
  408: { code: 'CSC_GENESYS_UNAVAILABLE' },
  // Two writers met; the next attempt reads what the other one wrote.
  409: { code: 'CSC_GENESYS_BAD_REQUEST', retryable: true },
  410: { code: 'CSC_GENESYS_NOT_FOUND' },
  429: { code: 'CSC_GENESYS_RATE_LIMITED' },
  // Not there, today and tomorrow.
  501: { code: 'CSC_GENESYS_BAD_REQUEST' },
};

const kindOf = (status: number): Kind => {
  const known = KINDS[status];
  if (known) return known;
  if (status >= 500) return { code: 'CSC_GENESYS_UNAVAILABLE' };
  return { code: status >= 400 ? 'CSC_GENESYS_BAD_REQUEST' : 'CSC_GENESYS_PROTOCOL' };
};

const MAX_MESSAGE = 300;

/** JSON, or undefined for anything else. */
export const parseJSON = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** The correlation id by which Genesys support finds the call: in the body as `contextId`, in a header otherwise. */
const correlationOf = (answer: ExchangeAnswer): string | undefined => {
  const header = answer.headers['inin-correlation-id'];
  return readText(readObject(parseJSON(answer.text))['contextId']) ?? readText(header);
};

/** `code: message` of an ErrorBody; the answers of the login name them `error` and `description` or `error_description`. */
const wordsOf = (answer: ExchangeAnswer, quoteMessage: boolean): string => {
  const body = readObject(parseJSON(answer.text));
  const code = readText(body['code']) ?? readText(body['error']);
  const message = readText(body['message']) ?? readText(body['description']) ?? readText(body['error_description']);
  const words = [code, quoteMessage ? message?.slice(0, MAX_MESSAGE) : undefined];
  return words.filter((word) => word !== undefined).join(': ');
};

export interface FailedCall {
  /** For the message, for example `GET /api/v2/conversations/…`: without query string. */
  readonly call: string;
  /** False where the answer may repeat what was sent, and that is not for logs. */
  readonly quoteMessage: boolean;
  /** The permission that the call needs, for an answer that does not name it. */
  readonly permission?: string | undefined;
}

const PERMISSION = /\b[a-z]\w*:\w+:[\w*]+/u;

/** Which permission is missing, where the answer itself does not say. */
const missingOf = ({ status }: ExchangeAnswer, words: string, permission: string | undefined): string => {
  const isSaid = status !== 403 || permission === undefined || PERMISSION.test(words);
  return isSaid ? '' : `; it needs the permission ${permission} in the division of the conversation`;
};

/** The error of an answer that is not a success. */
export const failureOfAnswer = (
  answer: ExchangeAnswer,
  { call, quoteMessage, permission }: FailedCall,
  nowMs: number,
): CallscribeError => {
  const { code, retryable } = kindOf(answer.status);
  const words = wordsOf(answer, quoteMessage);
  const correlation = correlationOf(answer);
  const askedMs = retryAfterMs(answer.headers['retry-after'], nowMs);
  const message = [
    `${call} was answered with ${answer.status}`,
    words === '' ? '' : ` ${words}`,
    missingOf(answer, words, permission),
    correlation === undefined ? '' : ` (correlation id ${correlation})`,
  ].join('');
  return new CallscribeError(code, message, {
    status: answer.status,
    ...(retryable === undefined ? {} : { retryable }),
    ...(askedMs === undefined ? {} : { retryAfterMs: askedMs }),
  });
};

const networkCode = (error: unknown): string => {
  const code = readText(readObject(error)['code']);
  return code ?? (error instanceof Error ? error.name : 'unknown error');
};

/** The error of a call that got no answer. Only the code of the network error is told: its message may name more. */
export const failureOfNetwork = (error: unknown, { call }: Pick<FailedCall, 'call'>): CallscribeError => {
  if (error instanceof CallscribeError) return error;
  const why = error instanceof ExchangeTimeout ? error.message : networkCode(error);
  return new CallscribeError('CSC_GENESYS_UNAVAILABLE', `${call} got no answer: ${why}`);
};

const readCount = (header: string | string[] | undefined): number | undefined => {
  const text = typeof header === 'string' ? header : '';
  return /^\d{1,9}$/u.test(text) ? Number(text) : undefined;
};

/** What the headers of an answer say of the use of the OAuth client; undefined where they say nothing, or not everything. */
export const rateLimitsOf = ({ headers }: ExchangeAnswer): RateLimits | undefined => {
  const allowed = readCount(headers['inin-ratelimit-allowed']);
  const count = readCount(headers['inin-ratelimit-count']);
  const resetSeconds = readCount(headers['inin-ratelimit-reset']);
  if (allowed === undefined || count === undefined || resetSeconds === undefined) return undefined;
  return { allowed, count, resetMs: resetSeconds * 1000 };
};
