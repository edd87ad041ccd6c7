/**
 * The way out: every connection to a host that a run names is made by this dispatcher, which checks the very address that it
 * then connects to. A check of the name alone would not do: a name can resolve to something else a moment later.
 * @module
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { Agent, buildConnector } from 'undici';
import type { Dispatcher } from 'undici';
import { CallscribeError } from '../../errors.ts';
import { literalAddress } from './egress.ts';
import type { EgressPolicy } from './egress.ts';
import { redactURL } from './redact.ts';

/** All addresses of a name. Rejects where there is none. */
export type Resolve = (hostname: string, options: LookupOptions) => Promise<readonly LookupAddress[]>;

export interface DispatcherOptions {
  /** Per host; more requests wait. Default 64. */
  readonly connections?: number;
  /** Default 10 seconds. */
  readonly connectTimeoutMs?: number;
  /** Default: the resolver of the system, which knows `/etc/hosts` and the names of the cluster. */
  readonly resolve?: Resolve;
}

const DEFAULT_CONNECTIONS = 64;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;

/** The resolver that sockets use by default. */
export const systemResolve: Resolve = (hostname, options) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) reject(error);
      else resolve(addresses);
    });
  });

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

const checkAll = (policy: EgressPolicy, hostname: string, addresses: readonly LookupAddress[]): void =>
  policy.check(
    hostname,
    addresses.map(({ address }) => address),
  );

/** A `lookup` for `net.connect` that hands out only what the policy allows. */
const guardedLookup =
  (policy: EgressPolicy, resolve: Resolve) =>
  (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    const answer = async (): Promise<void> => {
      let addresses: readonly LookupAddress[];
      try {
        addresses = await resolve(hostname, options);
        checkAll(policy, hostname, addresses);
      } catch (error) {
        callback(asError(error), '');
        return;
      }
      const [first] = addresses;
      if (options.all === true || !first) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    };
    void answer();
  };

/**
 * An undici dispatcher for addresses that come from a run. A refused host makes the request reject with `CSC_EGRESS_DENIED`.
 * It follows no redirects by itself; who follows one sends a new request through it, which is checked again.
 *
 * Close it (`await dispatcher.close()`) when the process ends.
 */
export const createDispatcher = (policy: EgressPolicy, options: DispatcherOptions = {}): Dispatcher => {
  const {
    connections = DEFAULT_CONNECTIONS,
    connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS,
    resolve = systemResolve,
  } = options;
  const connect = buildConnector({ allowH2: false, timeout: connectTimeoutMs, lookup: guardedLookup(policy, resolve) });
  return new Agent({
    connections,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: (target, callback) => {
      // Sockets do not look up a literal, so it is checked here.
      const literal = literalAddress(target.hostname);
      try {
        if (literal !== undefined) policy.check(target.hostname, [literal]);
      } catch (error) {
        callback(asError(error), null);
        return;
      }
      connect(target, callback);
    },
  });
};

/** A URL of the schemes that callscribe speaks. @throws CallscribeError `CSC_EGRESS_DENIED` */
export const parseHTTPURL = (url: string | URL): URL => {
  const parsed = URL.parse(String(url));
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) {
    throw new CallscribeError('CSC_EGRESS_DENIED', `${redactURL(url)} is no http or https address`);
  }
  return parsed;
};

/**
 * Refuses a forbidden address before any work is done for it. A name that does not resolve passes: the connection will say
 * so, and it may resolve later. This is for an early message only; what protects is the dispatcher.
 *
 * @throws CallscribeError `CSC_EGRESS_DENIED`
 */
export const assertAllowed = async (
  url: string | URL,
  policy: EgressPolicy,
  resolve: Resolve = systemResolve,
): Promise<void> => {
  const { hostname } = parseHTTPURL(url);
  const literal = literalAddress(hostname);
  if (literal !== undefined) {
    policy.check(hostname, [literal]);
    return;
  }
  const addresses = await resolve(hostname, {}).catch(() => undefined);
  if (!addresses) return;
  checkAll(policy, hostname, addresses);
};
