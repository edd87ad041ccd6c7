/**
 * How often each thing was asked for, and whether something that was not ready is asked for again too soon.
 * @module
 */

export interface Polls {
  /** Counts a question; how many there were before. `asker` is who was told the last time. */
  ask(what: string, asker: string, atMs: number): number;
  /** Notes that the answer was: not yet. */
  notYet(what: string, asker: string): void;
}

export interface PollsOptions {
  /** What is not ready may not be asked for again sooner. */
  readonly minPollMs: number;
  readonly now: () => number;
  readonly onViolation: (what: string) => void;
}

export const createPolls = ({ minPollMs, now, onViolation }: PollsOptions): Polls => {
  const asked = new Map<string, number>();
  const told = new Map<string, number>();
  const keyOf = (what: string, asker: string): string => `${asker}\n${what}`;
  return {
    ask: (what, asker, atMs) => {
      const before = asked.get(what) ?? 0;
      asked.set(what, before + 1);
      const key = keyOf(what, asker);
      const toldAtMs = told.get(key);
      told.delete(key);
      const afterMs = atMs - (toldAtMs ?? Number.NEGATIVE_INFINITY);
      if (afterMs < minPollMs) onViolation(`${what} was asked for again after ${afterMs} ms`);
      return before;
    },
    notYet: (what, asker) => {
      told.set(keyOf(what, asker), now());
    },
  };
};
