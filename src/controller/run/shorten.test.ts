/**
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shorten } from './shorten.ts';

describe('shorten', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['', 5, ''],
    ['two\nlines\r\n', 20, 'two lines '],
    ['a\u001B[31mred', 20, 'a [31mred'],
    // Half of the pair would be left.
    ['abc😀😀', 5, 'abc…'],
    ['abc😀', 5, 'abc😀'],
    ['broken\uD83D', 10, 'broken\uFFFD'],
  ])('%j to %i is %j', (text, longest, expected) => {
    expect(shorten(text, longest)).toBe(expected);
  });

  it('is never longer than asked for, and always what the API server stores as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, longest) => {
        const line = shorten(text, longest);
        expect(line.length).toBeLessThanOrEqual(longest);
        expect(line.isWellFormed()).toBe(true);
        expect(shorten(line, longest)).toBe(line);
      }),
    );
  });
});
