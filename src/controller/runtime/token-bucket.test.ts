import { describe, expect, it } from 'vitest';
import { setBounded, tokenBuckets } from './token-bucket.ts';

describe('tokenBuckets', () => {
  it('lets a burst pass, and then one for each interval', () => {
    const admits = tokenBuckets({ burst: 2, refillMs: 100 });
    const at = [0, 0, 0, 99, 100, 100, 350, 350, 350];
    expect(at.map((ms) => admits('a', ms))).toEqual([true, true, false, false, true, false, true, true, false]);
  });

  it('counts keys apart', () => {
    const admits = tokenBuckets({ burst: 1, refillMs: 100 });
    expect([admits('a', 0), admits('b', 0), admits('a', 0)]).toEqual([true, true, false]);
  });

  it('neither gives nor takes where the clock was set back', () => {
    const admits = tokenBuckets({ burst: 2, refillMs: 100 });
    expect([admits('a', 1e9), admits('a', 0), admits('a', 0), admits('a', 100)]).toEqual([true, true, false, true]);
  });
});

describe('setBounded', () => {
  it('forgets what was set longest ago', () => {
    const map = new Map<string, number>();
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
    ] as const)
      setBounded(map, key, { value, limit: 2 });
    expect([...map]).toEqual([
      ['a', 3],
      ['c', 4],
    ]);
  });
});
