import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowWith } from '../pipeline/recording/test-recording.ts';
import { dayOfRows } from './test-rows.ts';
import { endedIn, perUnit, totalsOf } from './totals.ts';

describe('totalsOf', () => {
  it('adds up each of the four numbers, and where money was wasted or saved', () => {
    expect(totalsOf(dayOfRows)).toEqual({
      outcomes: { Transcribed: 3, Skipped: 2, Failed: 2, NoRecording: 1 },
      billedAttempts: 5,
      audioMs: 5 * 61_500,
      billedMs: 5 * 61_500,
      freeMs: 1500,
      estimateMicros: 5 * 4000,
      reservedMicros: 5 * 4100,
      settledMicros: 4100 + 4100 + 4100 + 4000,
      unknownMicros: 4100,
      providerMicros: 4133,
      providerAttempts: 1,
      comparedMicros: 4100,
      avoidedMicros: 6000,
      failedMicros: 4100,
      duplicateMicros: 4000,
    });
    expect(endedIn(totalsOf(dayOfRows))).toBe(8);
  });

  it('is zero for nothing', () => {
    const { outcomes, ...sums } = totalsOf([]);
    expect(
      Object.values(outcomes)
        .concat(Object.values(sums))
        .every((value) => value === 0),
    ).toBe(true);
  });

  it('of a whole is the sum of its parts, wherever it is cut', () => {
    const money = fc.nat(1_000_000);
    const rows = fc.array(
      fc.record({ costMicros: money, costUnknownMicros: money, avoidedMicros: money }).map((some) => rowWith(some)),
    );
    fc.assert(
      fc.property(rows, fc.nat(), (some, at) => {
        const [whole, left, right] = [some, some.slice(0, at), some.slice(at)].map(totalsOf);
        for (const sum of ['settledMicros', 'unknownMicros', 'avoidedMicros', 'audioMs', 'billedAttempts'] as const) {
          expect(whole?.[sum]).toBe((left?.[sum] ?? 0) + (right?.[sum] ?? 0));
        }
      }),
    );
  });
});

describe('perUnit', () => {
  it.each([
    [10, 4, 1, 3],
    [9, 4, 1, 2],
    [10, 3, 1, 3],
    [0, 3, 1, 0],
    [8200, 123_000, 3_600_000, 240_000],
    [5, 0, 1, undefined],
  ])('%d over %d times %d is %s', (micros, count, unit, expected) => {
    expect(perUnit(micros, count, unit)).toBe(expected);
  });
});
