/**
 * How a call is made: with a token that is good, within the rate, not into an outage, and again after what passes by itself.
 * @module
 */
import { CallscribeError, toCallscribeError } from '../../errors.ts';
import { isRetryableError, retrying } from '../retry/retrying.ts';
import { combined, createSender } from './sender.ts';
import type { CallOptions, GenesysClientOptions } from './sender.ts';
import { createSDK, readExtended } from './transport.ts';

export type { GenesysClientOptions };

export interface JSONAnswer {
  readonly status: number;
  readonly body: unknown;
}

const DEFAULT_ATTEMPTS = 8;
const BACKOFF = { baseMs: 1000, capMs: 30_000 };
/** After so many 429 in a row for one call something other than our own pace is wrong. */
const MAX_LIMITED = 100;

const isLimited = (error: unknown): error is CallscribeError =>
  error instanceof CallscribeError && error.code === 'CSC_GENESYS_RATE_LIMITED';

const isUnauthorised = (error: unknown): boolean => error instanceof CallscribeError && error.status === 401;

/** The service was there, and the call took it too long. */
export const isServerTimeout = (error: unknown): boolean =>
  error instanceof CallscribeError && (error.status === 408 || error.status === 504);

export interface Connection {
  /**
   * Runs a call of `sdk` as often as it takes, within the limits. Rejects with a `CallscribeError` or the reason of a signal.
   */
  readonly call: (operation: () => Promise<unknown>, options: CallOptions) => Promise<JSONAnswer>;
  readonly sdk: ReturnType<typeof createSDK>;
}

/** Which failures of one call are worth another attempt, and which use none. */
const judgeOf = ({ slowAttempts }: CallOptions, isHeld: (error: unknown) => boolean) => {
  let [limited, slow] = [0, 0];
  // A query that takes too long is no outage to be waited for: its caller can ask for less.
  const isSlow = (error: unknown): boolean => slowAttempts !== undefined && isServerTimeout(error);
  return {
    isFree: (error: unknown): boolean => {
      if (isLimited(error)) return (limited += 1) <= MAX_LIMITED;
      return !isSlow(error) && isHeld(error);
    },
    isRetryable: (error: unknown): boolean => {
      if (isSlow(error) && (slow += 1) >= (slowAttempts ?? 0)) return false;
      return isRetryableError(error);
    },
  };
};

/** Wires session, account, retry and transport together for one client. */
export const connect = (options: GenesysClientOptions): Connection => {
  const { apiURL, account, clock, random, attempts = DEFAULT_ATTEMPTS } = options;
  const sender = createSender(options);

  /** A token can be revoked before it expires: one new login, then the refusal is meant. */
  const withFreshToken = async (operation: () => Promise<unknown>, given: CallOptions): Promise<unknown> => {
    const accessToken = await sender.token(given);
    try {
      return await sender.sendAs(accessToken, operation, given);
    } catch (error) {
      if (!isUnauthorised(error)) throw error;
      sender.refuse(accessToken);
    }
    return sender.sendAs(await sender.token(given), operation, given);
  };

  const slowingDown = async (operation: () => Promise<unknown>, given: CallOptions): Promise<unknown> => {
    try {
      return await withFreshToken(operation, given);
    } catch (error) {
      if (isLimited(error)) account.share.pause(error.retryAfterMs ?? 0);
      throw error;
    }
  };

  const call: Connection['call'] = async (operation, given) => {
    const signal = combined(options.signal, given.signal);
    const judge = judgeOf(given, (error) => sender.isHeld(error, given));
    const policy = { ...BACKOFF, ...judge, attempts, clock, random, ...(signal ? { signal } : {}) };
    try {
      return readExtended(await retrying(() => slowingDown(operation, { ...given, signal }), policy));
    } catch (error) {
      signal?.throwIfAborted();
      throw toCallscribeError(error);
    }
  };
  return { call, sdk: createSDK(apiURL, sender.transport) };
};
