/**
 * How many conversations are worth locating together: as many as one request takes, but not more than can be downloaded while their
 * addresses live, which may be no longer than two minutes.
 * @module
 */
import { LARGEST_BATCH } from './batch.ts';

export interface Pace {
  /** A recording is being downloaded. */
  used(): void;
  /** Addresses were given that live for so long. */
  lives(ms: number): void;
  readonly size: () => number;
}

/** Before anything is known. */
const FIRST_SIZE = 25;
const SMALLEST_SIZE = 5;
/** Addresses that live so long are no reason to ask for fewer. */
const LONG_MS = 5 * 60_000;
/** Downloads that make a pace: the last ones, and this many at least. */
const LAST = 20;
const ENOUGH = 5;
/** Addresses are used within this share of their life, to be on the safe side. */
const SHARE = 0.5;

export const createPace = (now: () => number): Pace => {
  let usedAtMs: number[] = [];
  let lifetimeMs: number | undefined;

  const perMs = (): number | undefined => {
    const [firstAtMs = 0] = usedAtMs;
    return usedAtMs.length < ENOUGH ? undefined : usedAtMs.length / Math.max(1, now() - firstAtMs);
  };

  return {
    used: () => {
      usedAtMs = [...usedAtMs, now()].slice(-LAST);
    },
    lives: (ms) => {
      lifetimeMs = Math.max(0, ms);
    },
    size: () => {
      if (lifetimeMs === undefined) return FIRST_SIZE;
      const rate = perMs();
      if (rate === undefined) return lifetimeMs >= LONG_MS ? LARGEST_BATCH : FIRST_SIZE;
      return Math.min(LARGEST_BATCH, Math.max(SMALLEST_SIZE, Math.floor(rate * lifetimeMs * SHARE)));
    },
  };
};
