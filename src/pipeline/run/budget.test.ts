/**
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affordable, leftMicros } from './budget.ts';

const cost = {
  settledMicros: 50,
  reservedMicros: 30,
  unknownMicros: 5,
  estimateMicros: 999,
  providerMicros: 0,
  avoidedMicros: 0,
};

describe('leftMicros', () => {
  it.each([
    [100, 15],
    [85, 0],
    [10, -75],
    [undefined, Number.POSITIVE_INFINITY],
  ])('of a budget of %s is %s', (budgetMicros, expected) => {
    const settings = { concurrency: 1, ...(budgetMicros !== undefined && { budgetMicros }) };
    expect(leftMicros(cost, settings)).toBe(expected);
  });
});

describe('affordable', () => {
  const cases: readonly (readonly [string, readonly number[], left: number, fitting: number[], waiting: number[]])[] = [
    ['takes what fits, in the order that it has', [4, 3, 2], 7, [4, 3], [2]],
    ['goes past what is too dear', [9, 3, 3], 6, [3, 3], [9]],
    ['takes all of nothing', [], 5, [], []],
    ['takes what costs nothing, as long as nothing is overspent', [0, 1], 0, [0], [1]],
    ['takes nothing when too much is spent', [0, 1], -1, [], [0, 1]],
  ];
  it.each(cases.map((each) => [each[0], each] as const))('%s', (_, [, prices, left, fitting, waiting]) => {
    const items = prices.map((priceMicros) => ({ priceMicros }));
    const taken = affordable(items, left);
    expect(taken.fitting.map(({ priceMicros }) => priceMicros)).toEqual(fitting);
    expect(taken.waiting.map(({ priceMicros }) => priceMicros)).toEqual(waiting);
  });

  it('never spends more than there is, and leaves nothing behind that would still fit', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(200), (prices, left) => {
        const items = prices.map((priceMicros, index) => ({ priceMicros, index }));
        const { fitting, waiting } = affordable(items, left);
        const spent = fitting.reduce((sum, { priceMicros }) => sum + priceMicros, 0);
        expect(spent).toBeLessThanOrEqual(left);
        for (const { priceMicros } of waiting) expect(spent + priceMicros).toBeGreaterThan(left);
        expect([...fitting, ...waiting].map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
          items.map(({ index }) => index),
        );
      }),
    );
  });
});
