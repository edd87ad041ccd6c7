/**
 * Faults that a fake is told to have: which requests they hit, how often, and what happens then.
 * @module
 */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export type Effect =
  | {
      readonly kind: 'Answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The connection is reset before anything is answered. */
  | { readonly kind: 'Reset' }
  /** Half of the body that was announced arrives, then the connection is reset. */
  | { readonly kind: 'Truncate' }
  /** No answer ever. */
  | { readonly kind: 'Hang' }
  | { readonly kind: 'Delay'; readonly ms: number };

export interface Fault {
  /** Tested against `<METHOD> <path>`. */
  readonly on: RegExp;
  /** How many requests it hits; without it, all. */
  readonly times?: number;
  readonly effect: Effect;
}

export interface Faults {
  add(...faults: readonly Fault[]): void;
  clear(): void;
  /** The effect of the first fault that the request hits; it counts as used. */
  take(call: string): Effect | undefined;
}

export const createFaults = (initial: readonly Fault[] = []): Faults => {
  let left = initial.map((fault) => ({ fault, times: fault.times ?? Number.POSITIVE_INFINITY }));
  return {
    add: (...faults) => {
      left.push(...faults.map((fault) => ({ fault, times: fault.times ?? Number.POSITIVE_INFINITY })));
    },
    clear: () => {
      left = [];
    },
    take: (call) => {
      const hit = left.find(({ fault, times }) => times > 0 && fault.on.test(call));
      if (!hit) return undefined;
      hit.times -= 1;
      return hit.fault.effect;
    },
  };
};

/** Lets a fault have its effect. True where the request is dealt with by that. */
export const applyFault = async (effect: Effect | undefined, response: ServerResponse): Promise<boolean> => {
  switch (effect?.kind) {
    case 'Answer':
      response.writeHead(effect.status, effect.headers ?? {}).end(effect.body ?? '');
      return true;
    case 'Reset':
      response.destroy();
      return true;
    case 'Hang':
      return true;
    case 'Delay':
      await delay(effect.ms);
      return response.destroyed;
    case 'Truncate':
    case undefined:
      return false;
  }
};
