/**
 * What all runs that use one OAuth client share: its bucket of tokens, and what is known of outages.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Clock, Random } from '../../clock.ts';
import type { CallscribeError } from '../../errors.ts';
import { createBreaker } from './breaker.ts';
import type { Breaker } from './breaker.ts';
import { createBucket } from './bucket.ts';
import type { Bucket, Share } from './bucket.ts';
import type { Credentials } from './login.ts';
import type { GenesysHosts } from './regions.ts';

/** What fails and comes back together. A transcript has none: it must not wait for long, it is kept and offered again. */
export type Service = 'login' | 'analytics' | 'recording';

/** Called when services are away, with what the last one said, and without a text when all are back. */
export type OnOutage = (message: string | undefined) => void;

/** The account as one run has it. */
export interface Membership {
  readonly share: Share;
  readonly breaker: (service: Service) => Breaker;
  /** Calls `onOutage` after each change, and at once where a service is away now. */
  listen(onOutage: OnOutage): () => void;
  leave(): void;
}

export interface Account {
  join(perMinute: number): Membership;
  readonly isIdle: () => boolean;
}

const createAccount = (clock: Clock, random: Random): Account => {
  const bucket: Bucket = createBucket(clock, random);
  const listeners = new Set<OnOutage>();
  const away = new Map<Service, CallscribeError>();
  const message = (): string | undefined => [...away.values()][0]?.message;

  const breakerOf = (service: Service): Breaker =>
    createBreaker({
      clock,
      random,
      onChange: (error) => {
        if (error) away.set(service, error);
        else away.delete(service);
        for (const listener of listeners) listener(message());
      },
    });
  const breakers: Readonly<Record<Service, Breaker>> = {
    login: breakerOf('login'),
    analytics: breakerOf('analytics'),
    recording: breakerOf('recording'),
  };

  return {
    isIdle: () => bucket.isIdle(),
    join: (perMinute) => {
      const share = bucket.join(perMinute);
      return {
        share,
        breaker: (service) => breakers[service],
        listen: (onOutage) => {
          // One function may listen for several runs.
          const listener: OnOutage = (text) => onOutage(text);
          listeners.add(listener);
          if (away.size > 0) listener(message());
          return () => listeners.delete(listener);
        },
        leave: () => share.leave(),
      };
    },
  };
};

/**
 * Names an OAuth client of an organisation. The secret is part of the name: who knows only the id of somebody else's client must
 * not be able to use up its requests, nor to lower its ceiling.
 */
export const accountKey = ({ apiURL, loginURL }: GenesysHosts, { clientId, clientSecret }: Credentials): string =>
  createHash('sha256')
    .update(JSON.stringify([apiURL, loginURL, clientId, clientSecret]))
    .digest('base64');

/** The accounts of a process, by `accountKey`. Those that nobody uses are forgotten. */
export const createAccounts = (clock: Clock, random: Random): ((key: string) => Account) => {
  const accounts = new Map<string, Account>();
  return (key) => {
    for (const [other, account] of accounts) if (other !== key && account.isIdle()) accounts.delete(other);
    const account = accounts.get(key) ?? createAccount(clock, random);
    accounts.set(key, account);
    return account;
  };
};
