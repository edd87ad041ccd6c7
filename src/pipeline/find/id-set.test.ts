/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { IdSet } from './id-set.ts';

describe('IdSet', () => {
  it('knows what was added, and nothing else, also after it grew', () => {
    const set = new IdSet();
    const ids = Array.from({ length: 10_000 }, (_, index) => `conversation ${index}`);
    expect(ids.every((id) => set.add(id))).toBe(true);
    expect(ids.some((id) => set.add(id))).toBe(false);
    expect(ids.every((id) => set.has(id))).toBe(true);
    expect(ids.some((id) => set.has(`${id}!`))).toBe(false);
    expect(set.size).toBe(10_000);
  });

  it('is empty at first', () => {
    const set = new IdSet();
    expect([set.size, set.has('')]).toEqual([0, false]);
    expect([set.add(''), set.has('')]).toEqual([true, true]);
  });
});
