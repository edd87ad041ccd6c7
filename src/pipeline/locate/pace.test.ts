/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { createPace } from './pace.ts';

const MINUTE_MS = 60_000;

const setUp = () => {
  let nowMs = 0;
  const pace = createPace(() => nowMs);
  return {
    pace,
    /** So many downloads, one after each span. */
    use: (count: number, everyMs: number): void => {
      for (let index = 0; index < count; index += 1) {
        pace.used();
        nowMs += everyMs;
      }
    },
  };
};

describe('how many are located together', () => {
  it('few before anything is known', () => {
    expect(setUp().pace.size()).toBe(25);
  });

  it('all that a request takes where addresses live long', () => {
    const { pace, use } = setUp();
    pace.lives(60 * MINUTE_MS);
    expect(pace.size()).toBe(100);
    use(20, 12_000);
    expect(pace.size()).toBe(100);
  });

  it('no more than can be downloaded in half of their life', () => {
    const { pace, use } = setUp();
    pace.lives(2 * MINUTE_MS);
    expect(pace.size()).toBe(25);
    use(20, 5000);
    expect(pace.size()).toBe(12);
    use(20, 60_000);
    expect(pace.size()).toBe(5);
  });
});
