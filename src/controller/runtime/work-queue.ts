/**
 * Keys that wait to be worked on: each at most once, none by two workers at a time, with delays and a back-off for each key.
 * @module
 */
import type { Clock } from '../../clock.ts';

export interface WorkQueue {
  /** Adds a key now; one that is being worked on is taken up again afterwards. */
  add(key: string): void;
  /** Adds a key after `ms`; an earlier time that was asked for stays. */
  addAfter(key: string, ms: number): void;
  /** Adds a key after a wait that doubles with each call until `forget`. */
  addRateLimited(key: string): void;
  forget(key: string): void;
  /** The next key, or undefined once the queue is shut down. `done` must follow. */
  take(): Promise<string | undefined>;
  done(key: string): void;
  shutDown(): void;
  readonly depth: () => number;
}

const BASE_MS = 100;
const CAP_MS = 60_000;

export const createWorkQueue = ({ now }: Pick<Clock, 'now'>): WorkQueue => {
  const ready = new Set<string>();
  const working = new Set<string>();
  /** Added while being worked on. */
  const again = new Set<string>();
  const failures = new Map<string, number>();
  const delayed = new Map<string, { readonly dueMs: number; readonly timer: NodeJS.Timeout }>();
  const takers: ((key: string | undefined) => void)[] = [];
  let closed = false;

  const hand = (): void => {
    for (const key of ready) {
      const taker = takers.shift();
      if (!taker) return;
      ready.delete(key);
      working.add(key);
      taker(key);
    }
  };

  const drop = (key: string): void => {
    clearTimeout(delayed.get(key)?.timer);
    delayed.delete(key);
  };

  const add = (key: string): void => {
    if (closed) return;
    if (working.has(key)) again.add(key);
    else ready.add(key);
    hand();
  };

  const addAfter = (key: string, ms: number): void => {
    if (closed) return;
    if (ms <= 0) return add(key);
    const dueMs = now() + ms;
    const waiting = delayed.get(key);
    if (waiting && waiting.dueMs <= dueMs) return;
    drop(key);
    const fire = (): void => {
      delayed.delete(key);
      add(key);
    };
    // A timer cannot be longer than 2^31 ms; one that fires early only makes the key look again.
    delayed.set(key, { dueMs, timer: setTimeout(fire, Math.min(ms, 2 ** 31 - 1)) });
  };

  return {
    add,
    addAfter,
    addRateLimited: (key) => {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      addAfter(key, Math.min(BASE_MS * 2 ** count, CAP_MS));
    },
    forget: (key) => {
      failures.delete(key);
    },
    take: () =>
      new Promise((resolve) => {
        if (closed) {
          resolve(undefined);
          return;
        }
        takers.push(resolve);
        hand();
      }),
    done: (key) => {
      working.delete(key);
      if (again.delete(key)) add(key);
    },
    shutDown: () => {
      closed = true;
      for (const key of delayed.keys()) drop(key);
      ready.clear();
      for (const taker of takers.splice(0)) taker(undefined);
    },
    depth: () => ready.size,
  };
};
