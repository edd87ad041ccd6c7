/**
 * Timers that stand still until a test moves them.
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import type { Timers } from '../../src/controller/runtime/timers.ts';

export interface ManualTimers extends Timers {
  /** Moves time forward; what falls due is called in order, and what that leads to has run when the promise resolves. */
  advance(ms: number): Promise<void>;
  /** Timers that wait. */
  pending(): number;
}

interface Entry {
  readonly dueMs: number;
  readonly callback: () => void;
}

export const manualTimers = (): ManualTimers => {
  let nowMs = 0;
  const entries = new Set<Entry>();
  const nextDue = (untilMs: number): Entry | undefined =>
    [...entries].filter(({ dueMs }) => dueMs <= untilMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
  return {
    nowMs: () => nowMs,
    after: (ms, callback) => {
      const entry = { dueMs: nowMs + ms, callback };
      entries.add(entry);
      return () => entries.delete(entry);
    },
    pending: () => entries.size,
    advance: async (ms) => {
      const untilMs = nowMs + ms;
      await setImmediate();
      for (let entry = nextDue(untilMs); entry; entry = nextDue(untilMs)) {
        entries.delete(entry);
        nowMs = Math.max(nowMs, entry.dueMs);
        entry.callback();
        await setImmediate();
      }
      nowMs = untilMs;
    },
  };
};
