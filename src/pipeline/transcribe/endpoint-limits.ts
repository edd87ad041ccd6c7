/**
 * How many transcriptions are in flight at a speech endpoint, over all runs of the process.
 * @module
 */
import pLimit, { type LimitFunction } from 'p-limit';

export interface EndpointShare {
  /** Admits at most as many tasks at a time as the lowest `maxInFlight` of the runs that use the endpoint now. */
  readonly inFlight: LimitFunction;
  /** To be called once, when the run ends: its ceiling no longer counts. */
  leave(): void;
}

/** @param maxInFlight no ceiling of this run where undefined */
export type JoinEndpoint = (endpoint: string, maxInFlight: number | undefined) => EndpointShare;

interface Endpoint {
  readonly inFlight: LimitFunction;
  /** One entry for each run that uses the endpoint. */
  readonly ceilings: Map<symbol, number>;
}

const UNLIMITED = Number.POSITIVE_INFINITY;

/** The endpoints of one process by a name that all their runs share, for example the address. */
export const createEndpointLimits = (): JoinEndpoint => {
  const endpoints = new Map<string, Endpoint>();
  return (name, maxInFlight = UNLIMITED) => {
    const endpoint = endpoints.get(name) ?? { inFlight: pLimit(UNLIMITED), ceilings: new Map<symbol, number>() };
    endpoints.set(name, endpoint);
    const { inFlight, ceilings } = endpoint;
    const applyLowest = (): void => {
      inFlight.concurrency = Math.min(UNLIMITED, ...ceilings.values());
    };
    const run = Symbol(name);
    ceilings.set(run, maxInFlight);
    applyLowest();
    return {
      inFlight,
      leave: () => {
        ceilings.delete(run);
        applyLowest();
        if (ceilings.size === 0) endpoints.delete(name);
      },
    };
  };
};

/**
 * Runs `task` when the limit admits it, or rejects with the reason of `signal` as soon as that is aborted. A task that was not
 * begun by then never begins; one that was must end by itself, and keeps its place until it did.
 */
export const whenAdmitted = <T>(inFlight: LimitFunction, signal: AbortSignal, task: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error);
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    inFlight(async () => {
      signal.removeEventListener('abort', giveUp);
      signal.throwIfAborted();
      return task();
    }).then(resolve, reject);
  });
