/**
 * How a call is made: with a token that is good, within the rate, and again after what passes by itself.
 * @module
 */
import type { Dispatcher } from 'undici';
import type { Clock, Random } from '../../clock.ts';
import { CallscribeError, toCallscribeError } from '../../errors.ts';
import { exchange } from '../http/exchange.ts';
import { retrying } from '../retry/retrying.ts';
import { logIn } from './login.ts';
import type { Credentials } from './login.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { createSession } from './session.ts';
import { createSDK, readExtended, Transport } from './transport.ts';

export interface GenesysClientOptions {
  /** Base addresses without a slash at the end; see `regionHosts`. */
  readonly apiURL: string;
  readonly loginURL: string;
  readonly readCredentials: () => Promise<Credentials>;
  readonly dispatcher: Dispatcher;
  /** Shared by all clients that log in as the same OAuth client. */
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends every call. */
  readonly signal?: AbortSignal;
  /** Attempts of a call that fails for a reason that passes; a 429 uses none. Default 8: waits of up to 91 seconds. */
  readonly attempts?: number;
}

export interface JSONAnswer {
  readonly status: number;
  readonly body: unknown;
}

const LOGIN_TIMEOUT_MS = 30_000;
const CALL_TIMEOUT_MS = 30_000;
const DEFAULT_ATTEMPTS = 8;
const BACKOFF = { baseMs: 1000, capMs: 30_000 };
/** After so many 429 in a row for one call something other than our own pace is wrong. */
const MAX_LIMITED = 100;

const combined = (...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined => {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
};

export interface CallOptions {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs?: number;
  readonly quoteMessage?: boolean;
}

const isLimited = (error: unknown): error is CallscribeError =>
  error instanceof CallscribeError && error.code === 'CSC_GENESYS_RATE_LIMITED';

const isUnauthorised = (error: unknown): boolean => error instanceof CallscribeError && error.status === 401;

export interface Connection {
  /**
   * Runs a call of `sdk` as often as it takes, within the limits. Rejects with a `CallscribeError` or the reason of a signal.
   */
  readonly call: (operation: () => Promise<unknown>, options: CallOptions) => Promise<JSONAnswer>;
  readonly sdk: ReturnType<typeof createSDK>;
  readonly requests: () => number;
}

/** Wires session, limiter, retry and transport together for one client. */
export const connect = (options: GenesysClientOptions): Connection => {
  const { apiURL, loginURL, readCredentials, dispatcher, limiter, clock, random } = options;
  const { attempts = DEFAULT_ATTEMPTS } = options;
  const now = (): number => clock.now();
  let sent = 0;
  const send = (request: Omit<Parameters<typeof exchange>[0], 'dispatcher'>) => {
    sent += 1;
    return exchange({ ...request, dispatcher });
  };
  const transport = new Transport(send, now);
  const session = createSession(
    () =>
      logIn({
        loginURL,
        readCredentials,
        send: (request) => send({ ...request, timeoutMs: LOGIN_TIMEOUT_MS, signal: options.signal }),
        now,
      }),
    clock,
  );

  const callAs = async (
    accessToken: string,
    operation: () => Promise<unknown>,
    context: CallOptions,
  ): Promise<unknown> => {
    const { signal, timeoutMs = CALL_TIMEOUT_MS, quoteMessage = true } = context;
    await limiter.take(signal);
    return transport.calls.run({ accessToken, signal, timeoutMs, quoteMessage }, operation);
  };

  /** A token can be revoked before it expires: one new login, then the refusal is meant. */
  const withFreshToken = async (operation: () => Promise<unknown>, context: CallOptions): Promise<unknown> => {
    const accessToken = await session.token(context.signal);
    try {
      return await callAs(accessToken, operation, context);
    } catch (error) {
      if (!isUnauthorised(error)) throw error;
      session.refuse(accessToken);
    }
    return callAs(await session.token(context.signal), operation, context);
  };

  const slowingDown = async (operation: () => Promise<unknown>, context: CallOptions): Promise<unknown> => {
    try {
      return await withFreshToken(operation, context);
    } catch (error) {
      if (isLimited(error)) limiter.pause(error.retryAfterMs ?? 0);
      throw error;
    }
  };

  const call: Connection['call'] = async (operation, context) => {
    const signal = combined(options.signal, context.signal);
    let limited = 0;
    const isFree = (error: unknown): boolean => isLimited(error) && (limited += 1) <= MAX_LIMITED;
    const policy = { ...BACKOFF, attempts, clock, random, isFree, ...(signal ? { signal } : {}) };
    try {
      return readExtended(await retrying(() => slowingDown(operation, { ...context, signal }), policy));
    } catch (error) {
      signal?.throwIfAborted();
      throw toCallscribeError(error);
    }
  };
  return { call, sdk: createSDK(apiURL, transport), requests: () => sent };
};
