/**
 * The protocol of the ledger: checked in every state that a small model of it can reach, and held against the real code, which goes
 * through every order of its own requests.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { explore } from './explore.ts';
import { exploreReal } from './explore-real.ts';
import { type RecordingName, RULES, type Rules, type Scope } from './protocol.ts';
import { viewOf } from './view.ts';

const PATIENCE = 180_000;

const scopeOf = (lives: number, recordings: readonly RecordingName[], budget: number): Scope => ({
  rules: RULES,
  lives,
  recordings,
  budget,
});

const AMPLE = 9;

describe('the model', () => {
  it.each([
    ['two leaders, two recordings', scopeOf(2, ['a', 'b'], AMPLE), 20_000],
    ['two leaders, two recordings, a budget for three attempts', scopeOf(2, ['a', 'b'], 3), 10_000],
    ['three leaders, one recording', scopeOf(3, ['a'], AMPLE), 3000],
    ['three leaders, two recordings, a budget for three attempts', scopeOf(3, ['a', 'b'], 3), 400_000],
  ])(
    'holds in every state: %s',
    (_, scope, atLeast) => {
      const { states, violation } = explore(scope);
      expect(violation).toBeUndefined();
      expect(states).toBeGreaterThan(atLeast);
    },
    PATIENCE,
  );

  const broken: readonly (readonly [keyof Rules, budget: number, what: RegExp])[] = [
    ['reserveBeforeSending', AMPLE, /was sent, and the ledger does not know of it/],
    ['settleInOneWrite', AMPLE, /was sent, and the ledger does not know of it/],
    ['stampEveryShard', AMPLE, /was reserved by 1, from whom 2 had taken over/],
    ['createShardsEmpty', AMPLE, /was reserved by 1, from whom 2 had taken over/],
    ['noteBeforeDeleting', AMPLE, /is there twice/],
    ['countUnknown', 2, /more than the budget/],
  ];

  it.each(broken)('notices where the rule %s is broken', (rule, budget, what) => {
    const { violation } = explore({ ...scopeOf(2, ['a', 'b'], budget), rules: { ...RULES, [rule]: false } });
    expect(violation?.what).toMatch(what);
  });

  it('has every rule broken once', () => {
    expect(broken.map(([rule]) => rule).toSorted()).toEqual(Object.keys(RULES).toSorted());
  });
});

describe('the real ledger and the real run', () => {
  it.each([
    ['two processes, two recordings', scopeOf(2, ['a', 'b'], AMPLE), 3000],
    ['two processes, two recordings, a budget for three attempts', scopeOf(2, ['a', 'b'], 3), 2000],
    ['three processes, one recording', scopeOf(3, ['a'], AMPLE), 2000],
  ])(
    'reach no state that the model does not know: %s',
    async (_, scope, atLeast) => {
      const known = new Set<string>();
      explore(scope, ({ shards, sent }) => known.add(viewOf(shards, sent)));
      const seen = new Set<string>();
      const { states } = await exploreReal(scope, (world, way) => {
        const view = world.view();
        seen.add(view);
        if (!known.has(view)) throw new Error(`${view}: ${way.join(' | ')}`);
      });
      expect(states).toBeGreaterThan(atLeast);
      expect(seen.size).toBeGreaterThan(10);
    },
    PATIENCE,
  );
});
