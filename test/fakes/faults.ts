/**
 * Faults that a fake is told to have: which requests they hit, how often, and what happens then.
 * @module
 */

export interface Fault {
  /** Tested against the path without the query. */
  readonly path: RegExp;
  /** Any method without it. */
  readonly method?: string;
  /** So many requests that it would hit pass unharmed first. Default 0. */
  readonly skip?: number;
  /** How many requests it hits. Default 1; `Infinity` for all that follow. */
  readonly times?: number;
  /** Waits before anything else happens; on its own, the answer is merely late. */
  readonly delayMs?: number;
  /** Answers so, and nothing of what was asked for is done. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Anything but a string is sent as JSON. Without a body the fake's own error body for the status is sent. */
  readonly body?: unknown;
  /**
   * `reset`: the connection is reset instead of an answer. `hang`: there never is an answer. `truncate`: half of the body that
   * was announced arrives, then the connection is reset.
   */
  readonly drop?: 'reset' | 'hang' | 'truncate';
  /** The body arrives in that many pieces, with a pause before each. */
  readonly drip?: { readonly pieces: number; readonly everyMs: number };
  /** Something that only the fake knows how to get wrong; it says what there is. Without a `status`, the request is done. */
  readonly quirk?: string;
  /**
   * Whether the request is read to its end first, and done where there is no `status`: only the answer is lost then.
   * Default false for `reset`, else true.
   */
  readonly received?: boolean;
}

export interface Faults {
  /** Adds faults behind those that are there; of those that fit a request, the first that is not used up hits it. */
  next(...faults: readonly Fault[]): void;
  clear(): void;
  /** How many are not used up. */
  left(): number;
  /** The fault that a request is hit by; it counts as used. */
  take(method: string, path: string): Fault | undefined;
}

interface Loaded {
  readonly fault: Fault;
  skip: number;
  times: number;
}

const load = (fault: Fault): Loaded => ({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });

const fits = ({ path, method }: Fault, ofMethod: string, ofPath: string): boolean => {
  // A sticky or global expression would remember where it stopped.
  path.lastIndex = 0;
  return (method === undefined || method === ofMethod) && path.test(ofPath);
};

export const createFaults = (initial: readonly Fault[] = []): Faults => {
  let loaded = initial.map(load);
  return {
    next: (...faults) => {
      loaded.push(...faults.map(load));
    },
    clear: () => {
      loaded = [];
    },
    left: () => loaded.length,
    take: (method, path) => {
      const index = loaded.findIndex(({ fault }) => fits(fault, method, path));
      const hit = loaded[index];
      if (!hit) return undefined;
      if (hit.skip > 0) {
        hit.skip -= 1;
        return undefined;
      }
      hit.times -= 1;
      if (hit.times <= 0) loaded.splice(index, 1);
      return hit.fault;
    },
  };
};

/** A fault as JSON can carry it: the expression is a string. */
export type FaultAsJSON = Omit<Fault, 'path'> & { readonly path: string };

export const faultOfJSON = ({ path, ...fault }: FaultAsJSON): Fault => ({ ...fault, path: new RegExp(path, 'u') });
