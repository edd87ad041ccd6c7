/**
 * Tables of decisions, for the tests of this folder.
 * @module
 */
import { expect, it } from 'vitest';
import type { ErrorCode } from '../../errors.ts';
import type { Summary } from '../../pipeline/plan.ts';
import { type Action, decide, type Decision, type Verdict } from './decide.ts';
import type { Facts, WorkerFacts } from './facts.ts';
import { countsOf, NOW_MS, progressOf, WINDOW } from './test-facts.ts';

export const START: Action = { kind: 'Start', window: WINDOW };
export const CANCEL = { code: 'CSC_CANCELLED', message: 'spec.cancel was set' } as const;
export const DEADLINE = { code: 'CSC_DEADLINE_EXCEEDED', message: 'the run took longer than 60 s' } as const;

export const running: Partial<Verdict> = { phase: 'Running', reason: 'Running', window: WINDOW };

export const failed = (code: ErrorCode, retryable = true, found = 0): Partial<Summary> => ({
  ending: 'Failed',
  error: { code, message: 'what happened', retryable },
  progress: progressOf({ counts: countsOf({ pending: found }) }),
});

export const failures = (code: ErrorCode, count: number, agoMs = 1000): Pick<WorkerFacts, 'failures'> => ({
  failures: { code, count, sinceMs: NOW_MS - agoMs },
});

type Expected = Omit<Decision, 'verdict'> & { readonly verdict?: Partial<Verdict> };

/** As much of a verdict as a case is about. */
export const saying = (verdict: Partial<Verdict>): Pick<Expected, 'verdict'> => ({ verdict });

export type Case = readonly [name: string, facts: Facts, decision: Expected];

/** One test for each case. A decision without a verdict is one that leaves the status as it is. */
export const table = (cases: readonly Case[]): void => {
  it.each(cases.map(([name, facts, decision]) => [name, { facts, decision }] as const))(
    '%s',
    (_, { facts, decision }) => {
      const { verdict: expected, ...rest } = decision;
      const { verdict, ...decided } = decide(facts);
      expect(decided).toEqual(rest);
      if (expected) expect(verdict).toMatchObject(expected);
      else expect(verdict).toBeUndefined();
    },
  );
};
