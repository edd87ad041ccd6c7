import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHistory } from './history.ts';

describe('createHistory', () => {
  it('has the last samples of any stream, at their places', () => {
    const piece = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 25 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(piece),
        fc.nat(300),
        fc.nat(300),
        (capacity, pieces, from, to) => {
          const history = createHistory(capacity);
          for (const samples of pieces) history.add(Float32Array.from(samples));
          const all = pieces.flat();
          expect(history.length).toBe(all.length);
          expect(Array.from(history.slice(from, to))).toEqual(all.slice(Math.max(from, all.length - capacity), to));
        },
      ),
    );
  });

  it('gives copies', () => {
    const history = createHistory(4);
    history.add(Float32Array.of(1, 2, 3));
    const slice = history.slice(0, 3);
    history.add(Float32Array.of(4, 5, 6));
    expect([...slice]).toEqual([1, 2, 3]);
  });
});
