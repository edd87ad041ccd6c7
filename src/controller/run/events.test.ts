/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { TranscriptionRunStatus } from '../../api/types.ts';
import { catalogue } from '../../errors.ts';
import { eventsOf, failureEvent } from './events.ts';
import { iso, NOW_MS, recordingOf } from './test-facts.ts';

type Status = TranscriptionRunStatus;

const status = (
  phase: NonNullable<Status['phase']>,
  conditions: Readonly<Record<string, readonly [string, string]>> = {},
): Status => ({
  phase,
  conditions: Object.entries(conditions).map(([type, [reason, message]]) => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime: iso(NOW_MS),
  })),
});

const going = { Reconciling: ['Running', 'recordings are being looked for'] } as const;
const noSecret = { Stalled: ['CSC_SECRET_NOT_FOUND', 'there is no Secret stt'] } as const;
const noBudget = { Stalled: ['CSC_BUDGET_EXHAUSTED', '3 recordings wait'] } as const;

describe('eventsOf', () => {
  it.each<[string, Status | undefined, Status, readonly string[]]>([
    ['a start', undefined, status('Running', going), ['Normal Started: recordings are being looked for']],
    ['the same once more', status('Running', going), status('Running', going), []],
    [
      'a window that is open',
      undefined,
      status('Pending', { Reconciling: ['WindowOpen', 'the window ends at …'] }),
      ['Normal Pending: the window ends at …'],
    ],
    [
      'a suspension',
      status('Running'),
      status('Suspended', { Suspended: ['Suspended', 'spec.suspend is set'] }),
      ['Normal Suspended: spec.suspend is set'],
    ],
    [
      'a resumption',
      status('Suspended'),
      status('Running', going),
      ['Normal Resumed: recordings are being looked for'],
    ],
    [
      'a success',
      status('Running'),
      status('Succeeded', { Complete: ['Succeeded', '3 found'] }),
      ['Normal Succeeded: 3 found'],
    ],
    [
      'a success in part',
      status('Running'),
      status('PartiallyFailed', { Complete: ['PartiallyFailed', '3 found'] }),
      ['Warning PartiallyFailed: 3 found'],
    ],
    [
      'a failure, which says once what was wrong',
      status('Running'),
      status('Failed', { Failed: ['CSC_GENESYS_AUTH', 'refused'], Stalled: ['CSC_GENESYS_AUTH', 'refused'] }),
      ['Warning Failed: refused'],
    ],
    [
      'a cancellation',
      status('Running'),
      status('Cancelled', { Stalled: ['CSC_CANCELLED', 'spec.cancel was set'] }),
      ['Normal Cancelled: spec.cancel was set'],
    ],
    [
      'something that hinders',
      status('Running', going),
      status('Running', noBudget),
      ['Warning CSC_BUDGET_EXHAUSTED: 3 recordings wait'],
    ],
    [
      'the same hindrance with other words',
      status('Running', noBudget),
      status('Running', { Stalled: ['CSC_BUDGET_EXHAUSTED', '2 wait'] }),
      [],
    ],
    ['what hinders no longer', status('Running', noBudget), status('Running', going), []],
    [
      'a wait for a Secret',
      status('Running', going),
      status('Pending', noSecret),
      ['Normal Pending: there is no Secret stt', 'Warning CSC_SECRET_NOT_FOUND: there is no Secret stt'],
    ],
  ])('of %s', (_, before, after, expected) => {
    expect(eventsOf(before, after).map(({ type, reason, message }) => `${type} ${reason}: ${message}`)).toEqual(
      expected,
    );
  });
});

describe('failureEvent', () => {
  const error = { code: 'CSC_STT_REJECTED', message: 'the service answered 422' } as const;

  it('tells of a recording that failed', () => {
    expect(failureEvent(recordingOf({ state: 'Failed', error }))).toEqual({
      type: 'Warning',
      reason: 'CSC_STT_REJECTED',
      message: 'recording r-1 of conversation c-1: the service answered 422',
    });
  });

  it('tells of a conversation that failed, with the words of the catalogue where there are no others', () => {
    const bare = { code: 'CSC_GENESYS_FORBIDDEN', message: '' } as const;
    expect(failureEvent(recordingOf({ recordingId: '', state: 'Failed', error: bare }))?.message).toBe(
      `conversation c-1: ${catalogue.CSC_GENESYS_FORBIDDEN.meaning}`,
    );
  });

  it.each(['Transcribed', 'Skipped', 'NoRecording'] as const)('tells of nothing that is %s', (state) => {
    expect(failureEvent(recordingOf({ state, error }))).toBeUndefined();
  });
});
