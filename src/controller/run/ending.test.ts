/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Summary } from '../../pipeline/plan.ts';
import { phaseOf } from './ending.ts';
import type { Phase, WorkerFacts } from './facts.ts';
import { CANCEL, DEADLINE, failed } from './test-decisions.ts';
import { countsOf, progressOf, summaryOf } from './test-facts.ts';

const completed = (counts: Parameters<typeof countsOf>[0]): Partial<Summary> => ({
  progress: progressOf({ counts: countsOf(counts) }),
});

describe('the end of an attempt', () => {
  it.each<[string, Partial<Summary>, WorkerFacts['stopping'], Phase | undefined]>([
    ['with nothing found', completed({}), undefined, 'Succeeded'],
    ['with nothing that failed', completed({ transcribed: 3, skipped: 1 }), undefined, 'Succeeded'],
    ['with nothing tried', completed({ skipped: 3, noRecording: 2 }), undefined, 'Succeeded'],
    ['with something that failed', completed({ transcribed: 3, failed: 1 }), undefined, 'PartiallyFailed'],
    ['with nothing but failures', completed({ failed: 1, noRecording: 4 }), undefined, 'Failed'],
    ['by an error for good', failed('CSC_GENESYS_AUTH', false), undefined, 'Failed'],
    ['by an error that passes', failed('CSC_GENESYS_UNAVAILABLE'), undefined, undefined],
    ['by the failure policy', failed('CSC_FAILURE_POLICY', false), undefined, 'Failed'],
    ['because it was cancelled', { ending: 'Aborted' }, CANCEL, 'Cancelled'],
    ['because of its deadline', { ending: 'Aborted' }, DEADLINE, 'Failed'],
    ['because it was let go', { ending: 'Aborted' }, undefined, undefined],
    ['because it was let go while it was drained', { ending: 'Aborted' }, 'Drain', undefined],
    ['because it was drained', { ending: 'Drained' }, 'Drain', undefined],
  ])('%s', (_, summary, stopping, phase) => {
    expect(phaseOf(summaryOf(summary), stopping, { dryRun: false })).toBe(phase);
  });

  it('is no failure of a dry run that it transcribed nothing', () => {
    const summary = summaryOf(completed({ skipped: 3, failed: 1 }));
    expect(phaseOf(summary, undefined, { dryRun: true })).toBe('PartiallyFailed');
  });
});
