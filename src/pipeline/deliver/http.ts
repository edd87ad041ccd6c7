/**
 * Posts the full document to any HTTP endpoint. The recording id is the `Idempotency-Key`, so an endpoint can tell a
 * repetition after a lost answer from another transcript.
 * @module
 */
import type { Dispatcher } from 'undici';
import { CallscribeError } from '../../errors.ts';
import { exchange, type ExchangeAnswer, ExchangeTimeout } from '../http/exchange.ts';
import { retryAfterMs } from '../retry/backoff.ts';
import type { Receipt, Transcript } from '../types.ts';
import type { Destination } from './destination.ts';
import { transcriptDocument } from './document.ts';
import { failureOfStatus, isTaken } from './failure.ts';

export interface HTTPEndpoint {
  readonly url: string;
  readonly apiKey?: string | undefined;
}

export interface HTTPDestinationOptions {
  /** Asked before the first delivery, and again after the key was refused (rotation). */
  readonly readSecret: () => Promise<HTTPEndpoint>;
  readonly dispatcher: Dispatcher;
  readonly now: () => number;
  /** For one try. Default 30 seconds. */
  readonly timeoutMs?: number;
}

const NAME = 'http';
const DEFAULT_TIMEOUT_MS = 30_000;
/** Nothing of the answer is used but its status. */
const MAX_ANSWER_BYTES = 1024 * 1024;

const networkCode = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'the connection failed';
};

const failureOf = (error: unknown): CallscribeError => {
  if (error instanceof CallscribeError) return error;
  const why = error instanceof ExchangeTimeout ? error.message : networkCode(error);
  return new CallscribeError('CSC_DELIVERY_UNAVAILABLE', `${NAME} gave no answer: ${why}`);
};

/** Header values are visible ASCII (RFC 9110, 5.5); recording ids are, but they come from outside. */
const headerValue = (text: string): string => encodeURIComponent(text);

const post = (
  { dispatcher, timeoutMs = DEFAULT_TIMEOUT_MS }: HTTPDestinationOptions,
  { url, apiKey = '' }: HTTPEndpoint,
  transcript: Transcript,
  signal: AbortSignal,
): Promise<ExchangeAnswer> =>
  exchange({
    dispatcher,
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'idempotency-key': headerValue(transcript.recordingId),
      ...(apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify(transcriptDocument(transcript)),
    timeoutMs,
    signal,
    maxBytes: MAX_ANSWER_BYTES,
  });

export const httpDestination = (options: HTTPDestinationOptions): Destination => {
  let endpoint: HTTPEndpoint | undefined;
  return {
    name: NAME,
    deliver: async (transcript, signal): Promise<Receipt> => {
      endpoint ??= await options.readSecret();
      const answer = await post(options, endpoint, transcript, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        throw failureOf(error);
      });
      const { status, headers } = answer;
      if (isTaken(status)) return { destination: NAME, status, atMs: options.now() };
      // The next try reads the Secret again: the key, or the address, may have been replaced.
      endpoint = undefined;
      throw failureOfStatus(NAME, status, retryAfterMs(headers['retry-after'], options.now()));
    },
  };
};
