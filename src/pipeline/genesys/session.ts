/**
 * The access token of one OAuth client: got once, kept, renewed before it expires, and got anew when Genesys refuses it.
 * @module
 */
import type { Clock } from '../../clock.ts';

export interface Token {
  readonly accessToken: string;
  readonly lifetimeMs: number;
}

export interface Session {
  /** A token that is good for a while yet. However many ask at once, there is one login. */
  token(signal?: AbortSignal): Promise<string>;
  /** Genesys refused this token. Where another one took its place meanwhile, that one stays. */
  refuse(accessToken: string): void;
}

/** A token is renewed this long before its end, or when a tenth of its life is left where that is shorter. */
const MARGIN_MS = 60_000;

/** The value of `promise`, or the reason of `signal` as soon as that is aborted. Leaves no listener behind. */
const orAborted = async <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return promise;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};

/** @param login is not tied to the signal of one caller, since the others wait for it too */
export const createSession = (login: () => Promise<Token>, clock: Clock): Session => {
  let current: { readonly accessToken: string; readonly renewAtMs: number } | undefined;
  let underWay: Promise<string> | undefined;

  const renew = async (): Promise<string> => {
    const { accessToken, lifetimeMs } = await login();
    current = { accessToken, renewAtMs: clock.now() + lifetimeMs - Math.min(MARGIN_MS, lifetimeMs / 10) };
    return accessToken;
  };

  const shared = (): Promise<string> => {
    underWay ??= renew().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  return {
    token: async (signal) => {
      signal?.throwIfAborted();
      if (current && clock.now() < current.renewAtMs) return current.accessToken;
      return orAborted(shared(), signal);
    },
    refuse: (accessToken) => {
      if (current?.accessToken === accessToken) current = undefined;
    },
  };
};
