/**
 * Sends a call once: with a token of the bucket, and as somebody who is logged in.
 * @module
 */
import type { Dispatcher } from 'undici';
import type { Clock, Random } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import { exchange } from '../http/exchange.ts';
import type { GenesysCallKind, GenesysRequest } from '../plan.ts';
import type { Membership } from './account.ts';
import { rateLimitsOf } from './failure.ts';
import { KINDS } from './kinds.ts';
import type { Meter } from './kinds.ts';
import { logIn } from './login.ts';
import type { Credentials } from './login.ts';
import { createSession } from './session.ts';
import { Transport } from './transport.ts';
import type { CallContext } from './transport.ts';

export interface GenesysClientOptions {
  /** Base addresses without a slash at the end; see `regionHosts`. */
  readonly apiURL: string;
  readonly loginURL: string;
  readonly readCredentials: () => Promise<Credentials>;
  readonly dispatcher: Dispatcher;
  /** Of the account that all clients share which log in as the same OAuth client. */
  readonly account: Pick<Membership, 'share' | 'breaker'>;
  readonly meter: Meter;
  /** Told of each request that went out. */
  readonly onRequest?: ((request: GenesysRequest) => void) | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends every call. */
  readonly signal?: AbortSignal;
  /**
   * Attempts of a call that fails for a reason that passes. A 429 uses none, nor does an outage that everybody waits for.
   * Default 8: waits of up to 91 seconds.
   */
  readonly attempts?: number;
}

export interface CallOptions {
  readonly kind: GenesysCallKind;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs?: number;
  readonly quoteMessage?: boolean;
  /** How often a timeout of the service (408, 504) is worth another attempt. Default: as often as any other failure. */
  readonly slowAttempts?: number;
  /** How long a token of the bucket, or a login, is waited for. Default: as long as it takes. */
  readonly patienceMs?: number;
}

const LOGIN_TIMEOUT_MS = 30_000;
const CALL_TIMEOUT_MS = 30_000;

export const combined = (...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined => {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
};

/** What `wait` gives, unless that takes too long for who has no time. */
const patiently = async <T>(
  clock: Clock,
  { patienceMs, signal }: CallOptions,
  wait: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> => {
  if (patienceMs === undefined) return wait(signal);
  const message = `a call had to wait for more than ${patienceMs} ms before it could be made`;
  const late = new CallscribeError('CSC_GENESYS_UNAVAILABLE', message, { retryable: false });
  const [over, settled] = [new AbortController(), new AbortController()];
  const timer = clock.sleep(patienceMs, settled.signal).then(
    () => over.abort(late),
    () => {},
  );
  try {
    return await wait(combined(signal, over.signal));
  } finally {
    settled.abort();
    await timer;
  }
};

/** A request that goes out now; `told` when it is over, whether an answer came or not. */
const begun = (kind: GenesysCallKind, onRequest: (request: GenesysRequest) => void) => {
  const startMs = performance.now();
  let status: number | undefined;
  return {
    onAnswer: (answer: { readonly status: number }): void => {
      ({ status } = answer);
    },
    told: (): void => onRequest({ kind, status, durationMs: performance.now() - startMs }),
  };
};

const straight = { run: <T>(operation: () => Promise<T>): Promise<T> => operation(), holds: () => false };

export interface Sender {
  readonly transport: Transport;
  /** The token to send with; see `Session`. */
  token(given: CallOptions): Promise<string>;
  refuse(accessToken: string): void;
  /** Runs `operation`, a call of the SDK, once. */
  sendAs(accessToken: string, operation: () => Promise<unknown>, given: CallOptions): Promise<unknown>;
  /** Whether the error belongs to an outage that is waited for. */
  isHeld(error: unknown, given: CallOptions): boolean;
}

export const createSender = (options: GenesysClientOptions): Sender => {
  const { loginURL, readCredentials, dispatcher, account, meter, clock, onRequest = () => {} } = options;
  const { share, breaker } = account;
  const transport = new Transport((request) => exchange({ ...request, dispatcher }), clock.now);
  const logInOnce = () =>
    logIn({
      loginURL,
      readCredentials,
      now: clock.now,
      send: async (request) => {
        meter.count('login');
        const { told, onAnswer } = begun('login', onRequest);
        try {
          const answer = await exchange({
            ...request,
            dispatcher,
            timeoutMs: LOGIN_TIMEOUT_MS,
            signal: options.signal,
          });
          onAnswer(answer);
          return answer;
        } finally {
          told();
        }
      },
    });
  const login = breaker('login');
  const session = createSession(() => login.run(logInOnce, options.signal), clock);
  const breakerOf = ({ kind }: CallOptions) => {
    const { service } = KINDS[kind];
    return service ? breaker(service) : straight;
  };

  const send = async (accessToken: string, operation: () => Promise<unknown>, given: CallOptions): Promise<unknown> => {
    const { kind, signal, timeoutMs = CALL_TIMEOUT_MS, quoteMessage = true } = given;
    await patiently(clock, given, (waiting) => share.take(waiting));
    let limits: ReturnType<typeof rateLimitsOf>;
    const request = begun(kind, onRequest);
    const onAnswer: CallContext['onAnswer'] = (answer) => {
      limits = rateLimitsOf(answer);
      request.onAnswer(answer);
    };
    const { permission } = KINDS[kind];
    meter.count(kind);
    try {
      const context = { accessToken, signal, timeoutMs, quoteMessage, permission, onAnswer };
      return await transport.calls.run(context, operation);
    } finally {
      request.told();
      share.answered(limits);
    }
  };

  return {
    transport,
    token: (given) => patiently(clock, given, (waiting) => session.token(waiting)),
    refuse: (accessToken) => session.refuse(accessToken),
    sendAs: (accessToken, operation, given) =>
      breakerOf(given).run(() => send(accessToken, operation, given), given.signal),
    isHeld: (error, given) => breakerOf(given).holds(error) || (given.patienceMs === undefined && login.holds(error)),
  };
};
