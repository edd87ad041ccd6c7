/**
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patched } from '../../../test/crd/manifest.ts';
import { mergePatch } from './merge-patch.ts';

type Json = Readonly<Record<string, unknown>>;

describe('mergePatch', () => {
  it.each<[string, Json, Json, Json]>([
    ['nothing', {}, {}, {}],
    ['nothing new', { a: 1, b: { c: [1, { d: 2 }] } }, { a: 1, b: { c: [1, { d: 2 }] } }, {}],
    ['a new field', {}, { a: 1 }, { a: 1 }],
    ['a changed field', { a: 1, b: 2 }, { a: 1, b: 3 }, { b: 3 }],
    ['a field that is gone', { a: 1, b: 2 }, { a: 1 }, { b: null }],
    ['a field that is undefined now', { a: 1 }, { a: undefined }, { a: null }],
    ['a field that never was', {}, { a: undefined }, {}],
    ['a change inside', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    ['an object in place of a value', { a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['a value in place of an object', { a: { b: 1 } }, { a: 1 }, { a: 1 }],
    ['an object that is empty now', { a: { b: 1 } }, { a: {} }, { a: { b: null } }],
    ['a list, which is replaced as a whole', { a: [1, 2] }, { a: [1, 2, 3] }, { a: [1, 2, 3] }],
    ['a list of the same length', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, { a: [{ b: 2 }] }],
    ['a list in place of an object', { a: {} }, { a: [] }, { a: [] }],
    ['a field with the name of something inherited', {}, { constructor: 1 }, { constructor: 1 }],
    ['such a field that is gone', { toString: 1 }, {}, { toString: null }],
  ])('of %s', (_, from, to, patch) => {
    expect(mergePatch(from, to)).toEqual(patch);
  });

  // A merge patch cannot set a null, and a status has none.
  const { json } = fc.letrec<{ json: unknown; object: Json }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.integer({ max: 3, min: 0 }),
      fc.constantFrom('', 'a', true),
      fc.array(tie('json'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor'), tie('json'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  }));
  const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString'), json, { noNullPrototype: true });

  it('gives what makes the one of the other', () => {
    fc.assert(
      fc.property(objects, objects, (from, to) => {
        expect(patched(from, mergePatch(from, to))).toEqual(to);
      }),
      { numRuns: 500 },
    );
  });

  it('is empty where both are the same, and only there', () => {
    fc.assert(
      fc.property(objects, objects, (from, to) => {
        expect(mergePatch(from, structuredClone(from))).toEqual({});
        const isSame = JSON.stringify(patched(from, mergePatch(from, to))) === JSON.stringify(from);
        if (Object.keys(mergePatch(from, to)).length === 0) expect(isSame).toBe(true);
      }),
    );
  });
});
