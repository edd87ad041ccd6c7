import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowWith } from '../../pipeline/recording/test-recording.ts';
import { bucketsOf, roundUp, spanOf, stepFor } from './buckets.ts';

const HOUR = 3_600_000;

describe('stepFor', () => {
  it.each([
    [24 * HOUR, HOUR],
    [25 * HOUR, HOUR],
    [7 * 24 * HOUR, 6 * HOUR],
    [31 * 24 * HOUR, 24 * HOUR],
    [90 * 24 * HOUR, 7 * 24 * HOUR],
    [1000, 60_000],
  ])('cuts %d into pieces of %d', (length, step) => {
    expect(stepFor(length)).toBe(step);
  });

  it('never makes more pieces than can be told apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4e12 }), (length) => {
        expect(Math.ceil(length / stepFor(length))).toBeLessThanOrEqual(32);
      }),
    );
  });
});

describe('bucketsOf', () => {
  it('leaves nothing out, also of what is outside of the window', () => {
    const call = fc.integer({ min: -5 * HOUR, max: 30 * HOUR }).map((callAtMs) => rowWith({ callAtMs }));
    fc.assert(
      fc.property(fc.array(call), (rows) => {
        const buckets = bucketsOf(rows, { fromMs: 0, toMs: 24 * HOUR });
        expect(buckets).toHaveLength(24);
        expect(buckets.at(-1)?.toMs).toBe(24 * HOUR);
        const settled = buckets.reduce((sum, { totals }) => sum + totals.settledMicros, 0);
        expect(settled).toBe(rows.length * 4100);
      }),
    );
  });

  it('has one piece for no time at all', () => {
    expect(bucketsOf([], spanOf([]))).toHaveLength(1);
    expect(bucketsOf([rowWith()], spanOf([rowWith()]))[0]?.totals.outcomes.Transcribed).toBe(1);
  });
});

describe('roundUp', () => {
  it.each([
    [0, 1],
    [1, 1],
    [3, 5],
    [5.1, 10],
    [82, 100],
    [4133, 5000],
    [0.3, 0.5],
  ])('%d is below %d', (value, top) => {
    expect(roundUp(value)).toBe(top);
  });
});
