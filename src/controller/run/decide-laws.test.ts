/**
 * What holds for every decision.
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../errors.ts';
import type { Summary } from '../../pipeline/plan.ts';
import { decide, type Decision } from './decide.ts';
import { type Facts, isFinished, type Phase, type WorkerFacts } from './facts.ts';
import { CANCEL, DEADLINE, failures } from './test-decisions.ts';
import { begun, endedWith, factsOf, iso, NOW_MS, runOf, WINDOW, workerOf } from './test-facts.ts';

const optional = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(some, { nil: undefined });

const specs = fc.record(
  {
    suspend: fc.boolean(),
    cancel: fc.boolean(),
    activeDeadlineSeconds: fc.integer({ min: 1, max: 100 }),
    ttlSecondsAfterFinished: fc.nat(200),
    window: fc.record({ to: fc.constantFrom(iso(WINDOW.toMs), iso(NOW_MS + 5000)) }),
  },
  { requiredKeys: ['suspend', 'cancel'] },
);

const finishedPhases = fc.constantFrom<Phase>('Succeeded', 'PartiallyFailed', 'Failed', 'Cancelled');
const statuses = fc.oneof(
  fc.constant(undefined),
  fc
    .tuple(fc.nat(200_000), fc.constantFrom<Phase>('Pending', 'Running', 'Suspended'))
    .map(([agoMs, phase]) => begun(agoMs, { phase })),
  finishedPhases.map((phase) => begun(200_000, { phase, completionTime: iso(NOW_MS) })),
);

const summaries = fc.oneof(
  fc.constantFrom<Partial<Summary>>({ ending: 'Completed' }, { ending: 'Drained' }, { ending: 'Aborted' }),
  fc
    .tuple(fc.constantFrom<ErrorCode>('CSC_SECRET_NOT_FOUND', 'CSC_LEDGER_UNAVAILABLE'), fc.boolean())
    .map(([code, retryable]): Partial<Summary> => ({ ending: 'Failed', error: { code, message: 'm', retryable } })),
);

const workers = fc
  .record({
    summary: optional(summaries),
    stopping: fc.constantFrom<Pick<WorkerFacts, 'stopping'>>(
      {},
      { stopping: 'Drain' },
      { stopping: CANCEL },
      { stopping: DEADLINE },
    ),
    before: fc.oneof(
      fc.constant({}),
      fc
        .tuple(fc.integer({ min: 1, max: 9 }), fc.nat(60_000))
        .map(([count, agoMs]) => failures('CSC_SECRET_NOT_FOUND', count, agoMs)),
    ),
  })
  .map(({ summary, stopping, before }) => {
    const more = { ...stopping, ...before };
    return summary ? endedWith(summary, more) : workerOf(more);
  });

const facts = fc
  .tuple(specs, statuses, optional(workers))
  // Nobody works on a run that has no status: it is written first.
  .map(([spec, status, worker]) => factsOf(runOf(spec, status), status && worker));

const kindsOf = ({ actions }: Decision): readonly string[] => actions.map(({ kind }) => kind);

const isWorkedOn = ({ worker }: Facts): boolean => worker !== undefined && !worker.summary;

/** Something will make it be looked at again, or nothing has to. */
const goesOn = (some: Facts, decision: Decision): boolean => {
  const changes = kindsOf(decision).some((kind) => kind === 'Start' || kind === 'Delete');
  const phase = decision.verdict?.phase ?? some.run.status?.phase;
  const isDue = decision.requeueAfterMs !== undefined;
  return isWorkedOn(some) || changes || isDue || isFinished(phase) || phase === 'Suspended';
};

const holds = (law: (some: Facts, decision: Decision) => void, some = facts): void => {
  fc.assert(
    fc.property(some, (known) => law(known, decide(known))),
    { numRuns: 3000 },
  );
};

describe('whatever is known of a run', () => {
  it('it goes on by itself, or is over, or waits for the person who suspended it', () => {
    holds((some, decision) => {
      expect(goesOn(some, decision)).toBe(true);
    });
  });

  it('it is begun only where nobody works on it', () => {
    holds((some, decision) => {
      if (kindsOf(decision).includes('Start')) expect(isWorkedOn(some)).toBe(false);
    });
  });

  it('it is ended or drained only where somebody works on it, or is about to', () => {
    holds((some, decision) => {
      const kinds = kindsOf(decision);
      if (kinds.includes('Abort')) expect(isWorkedOn(some) || kinds[0] === 'Start').toBe(true);
      if (kinds.includes('Drain')) expect(isWorkedOn(some)).toBe(true);
    });
  });

  it('once it is over, it stays as it is', () => {
    holds(({ run }, { verdict, ...decision }) => {
      if (!isFinished(run.status?.phase)) return;
      expect(verdict).toBeUndefined();
      expect(kindsOf(decision).filter((kind) => kind !== 'Forget' && kind !== 'Delete')).toEqual([]);
    });
  });

  it('its end has a time', () => {
    holds((_, { verdict }) => {
      if (verdict && isFinished(verdict.phase)) expect(verdict.completeAtMs).toBeDefined();
    });
  });

  it('it is looked at again in the future, not at once', () => {
    holds((_, { requeueAfterMs = 1 }) => {
      expect(requeueAfterMs).toBeGreaterThan(0);
    });
  });

  it('it does not work while it is suspended, but for its end', () => {
    const suspended = facts.filter(({ run }) => run.spec.suspend);
    holds((_, decision) => {
      const kinds = kindsOf(decision);
      if (kinds.includes('Start')) expect(kinds).toEqual(['Start', 'Abort']);
    }, suspended);
  });
});
