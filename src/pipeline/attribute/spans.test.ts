import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intersect, lengthMs, overlapMs, shrink, type Span, subtract, union } from './spans.ts';

const spans = (...pairs: readonly (readonly [number, number])[]): Span[] =>
  pairs.map(([startMs, endMs]) => ({ startMs, endMs }));

const anySpans = fc.array(fc.record({ startMs: fc.nat(60), endMs: fc.nat(60) }), { maxLength: 8 });
const has = (set: readonly Span[], ms: number): boolean => set.some((span) => span.startMs <= ms && ms < span.endMs);
const instants = Array.from({ length: 61 }, (_, ms) => ms);

describe('sets of spans', () => {
  it('agree with the sets of their instants', () => {
    fc.assert(
      fc.property(anySpans, anySpans, (one, other) => {
        const [a, b] = [union(one), union(other)];
        for (const ms of instants) {
          expect(has(a, ms)).toBe(has(one, ms));
          expect(has(intersect(a, b), ms)).toBe(has(a, ms) && has(b, ms));
          expect(has(subtract(a, b), ms)).toBe(has(a, ms) && !has(b, ms));
        }
        expect(lengthMs(a)).toBe(instants.filter((ms) => has(a, ms)).length);
        expect(overlapMs(a, b) + lengthMs(subtract(a, b))).toBe(lengthMs(a));
      }),
    );
  });

  it('lose what is shrunk away', () => {
    expect(shrink(spans([0, 10], [20, 23]), 2)).toEqual(spans([2, 8]));
  });
});
