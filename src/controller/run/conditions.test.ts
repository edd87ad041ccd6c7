/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Hindrance } from '../../pipeline/plan.ts';
import { type Condition, conditionsOf } from './conditions.ts';
import type { Verdict } from './decide.ts';
import type { Phase } from './facts.ts';
import { iso, NOW_MS } from './test-facts.ts';

const verdict = (phase: Phase, reason: string = phase): Verdict => ({ phase, reason, message: 'because' });

const context = (previous: readonly Condition[] = [], hindrances: readonly Hindrance[] = []) => ({
  previous,
  hindrances,
  generation: 3,
  nowMs: NOW_MS,
});

/** `Ready=True(reason)`, one after the other. */
const brief = (conditions: readonly Condition[]): string =>
  conditions.map(({ type, status, reason }) => `${type}=${status}(${reason})`).join(' ');

const suspended = conditionsOf(verdict('Suspended'), context());

const noBudget: Hindrance = { code: 'CSC_BUDGET_EXHAUSTED', message: '3 recordings wait' };
const noTaker: Hindrance = { code: 'CSC_DESTINATION_REJECTED', message: 'three were refused' };

describe('conditionsOf', () => {
  it.each<[Verdict, string]>([
    [
      verdict('Pending', 'WindowOpen'),
      'Ready=False(WindowOpen) Reconciling=True(WindowOpen) Stalled=False(WindowOpen)',
    ],
    [
      verdict('Pending', 'CSC_SECRET_NOT_FOUND'),
      'Ready=False(CSC_SECRET_NOT_FOUND) Reconciling=False(CSC_SECRET_NOT_FOUND) Stalled=True(CSC_SECRET_NOT_FOUND)',
    ],
    [verdict('Running'), 'Ready=False(Running) Reconciling=True(Running) Stalled=False(Running)'],
    [
      verdict('Suspended'),
      'Suspended=True(Suspended) Ready=False(Suspended) Reconciling=False(Suspended) Stalled=False(Suspended)',
    ],
    [
      verdict('Succeeded'),
      'Complete=True(Succeeded) Ready=True(Succeeded) Reconciling=False(Succeeded) Stalled=False(Succeeded)',
    ],
    [
      verdict('PartiallyFailed'),
      'Complete=True(PartiallyFailed) Ready=True(PartiallyFailed) Reconciling=False(PartiallyFailed) Stalled=False(PartiallyFailed)',
    ],
    [
      verdict('Failed', 'CSC_GENESYS_AUTH'),
      'Failed=True(CSC_GENESYS_AUTH) Ready=False(CSC_GENESYS_AUTH) Reconciling=False(CSC_GENESYS_AUTH) Stalled=True(CSC_GENESYS_AUTH)',
    ],
    [
      verdict('Cancelled', 'CSC_CANCELLED'),
      'Failed=True(CSC_CANCELLED) Ready=False(CSC_CANCELLED) Reconciling=False(CSC_CANCELLED) Stalled=True(CSC_CANCELLED)',
    ],
  ])('of %j', (given, expected) => {
    expect(brief(conditionsOf(given, context()))).toBe(expected);
  });

  it.each<[string, readonly Condition[], readonly Hindrance[], Verdict, string]>([
    [
      'says who has to act',
      [],
      [noBudget],
      verdict('Running'),
      'Ready=False(Running) Reconciling=False(Running) Stalled=True(CSC_BUDGET_EXHAUSTED) BudgetExhausted=True(CSC_BUDGET_EXHAUSTED)',
    ],
    [
      'says all that hinders',
      [],
      [noBudget, noTaker],
      verdict('Running'),
      'Ready=False(Running) Reconciling=False(Running) Stalled=True(CSC_BUDGET_EXHAUSTED) ' +
        'BudgetExhausted=True(CSC_BUDGET_EXHAUSTED) DestinationRejected=True(CSC_DESTINATION_REJECTED)',
    ],
    [
      'says that it hinders no longer',
      conditionsOf(verdict('Running'), context([], [noBudget])),
      [],
      verdict('Running'),
      'Ready=False(Running) Reconciling=True(Running) Stalled=False(Running) BudgetExhausted=False(Resolved)',
    ],
    [
      'is not hindered when it is over',
      conditionsOf(verdict('Running'), context([], [noBudget])),
      [noBudget],
      verdict('Cancelled', 'CSC_CANCELLED'),
      'Failed=True(CSC_CANCELLED) Ready=False(CSC_CANCELLED) Reconciling=False(CSC_CANCELLED) ' +
        'Stalled=True(CSC_CANCELLED) BudgetExhausted=False(Resolved)',
    ],
    [
      'is not hindered while it is suspended',
      [],
      [noTaker],
      verdict('Suspended'),
      'Suspended=True(Suspended) Ready=False(Suspended) Reconciling=False(Suspended) Stalled=False(Suspended)',
    ],
    [
      'was suspended once',
      suspended,
      [],
      verdict('Running'),
      'Suspended=False(Running) Ready=False(Running) Reconciling=True(Running) Stalled=False(Running)',
    ],
  ])('of a run that %s', (...[, previous, hindrances, given, expected]) => {
    expect(brief(conditionsOf(given, context(previous, hindrances)))).toBe(expected);
  });

  it('have the generation that they are about, and a time that moves with the status only', () => {
    const before = conditionsOf(verdict('Running'), context());
    const later = conditionsOf(verdict('Running', 'Elsewhere'), {
      ...context(before),
      generation: 4,
      nowMs: NOW_MS + 5000,
    });
    expect(later).toMatchObject([
      { type: 'Ready', reason: 'Elsewhere', observedGeneration: 4, lastTransitionTime: iso(NOW_MS) },
      { type: 'Reconciling', lastTransitionTime: iso(NOW_MS) },
      { type: 'Stalled', lastTransitionTime: iso(NOW_MS) },
    ]);
    const done = conditionsOf(verdict('Succeeded'), { ...context(later), nowMs: NOW_MS + 9000 });
    expect(done.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
      ['Complete', iso(NOW_MS + 9000)],
      ['Ready', iso(NOW_MS + 9000)],
      ['Reconciling', iso(NOW_MS + 9000)],
      ['Stalled', iso(NOW_MS)],
    ]);
  });

  it('have messages of a bounded length', () => {
    const long = { ...verdict('Failed', 'CSC_INTERNAL'), message: 'x'.repeat(5000) };
    for (const { message } of conditionsOf(long, context())) expect(message.length).toBeLessThanOrEqual(1024);
  });
});
