/**
 * Runs whose attempt ended.
 * @module
 */
import { describe } from 'vitest';
import type { ErrorCode } from '../../errors.ts';
import type { Phase, WorkerFacts } from './facts.ts';
import { CANCEL, DEADLINE, failed, failures, running, saying, START, table, type Case } from './test-decisions.ts';
import { begun, countsOf, endedWith, factsOf, NOW_MS, progressOf, runOf, WINDOW } from './test-facts.ts';

describe('a run whose attempt ended', () => {
  const run = runOf({}, begun(60_000));
  const ended = (counts: Parameters<typeof countsOf>[0]): WorkerFacts =>
    endedWith({ progress: progressOf({ counts: countsOf(counts) }) });
  const finished = (phase: Phase, reason: string, message: string): Case[2] => ({
    ...saying({ phase, reason, message, completeAtMs: NOW_MS - 1000, startAtMs: NOW_MS - 60_000, window: WINDOW }),
    actions: [{ kind: 'Forget' }],
  });
  table([
    [
      'with everything transcribed',
      factsOf(run, ended({ transcribed: 4, skipped: 1, noRecording: 2 })),
      finished('Succeeded', 'Succeeded', '7 found: 4 transcribed, 0 failed, 1 skipped, 2 without recording'),
    ],
    [
      'with nothing found',
      factsOf(run, ended({})),
      finished('Succeeded', 'Succeeded', '0 found: 0 transcribed, 0 failed, 0 skipped, 0 without recording'),
    ],
    [
      'with some failures',
      factsOf(run, ended({ transcribed: 4, failed: 1 })),
      finished(
        'PartiallyFailed',
        'PartiallyFailed',
        '5 found: 4 transcribed, 1 failed, 0 skipped, 0 without recording',
      ),
    ],
    [
      'with failures only',
      factsOf(run, ended({ failed: 1, skipped: 3 })),
      finished('Failed', 'CSC_NOTHING_TRANSCRIBED', '4 found: 0 transcribed, 1 failed, 3 skipped, 0 without recording'),
    ],
    [
      'before it was cancelled: it is complete',
      factsOf(runOf({ cancel: true }, begun(60_000)), endedWith({})),
      { ...saying({ phase: 'Succeeded' }), actions: [{ kind: 'Forget' }] },
    ],
    [
      'because it was cancelled',
      factsOf(runOf({ cancel: true }, begun(60_000)), endedWith({ ending: 'Aborted' }, { stopping: CANCEL })),
      finished('Cancelled', 'CSC_CANCELLED', 'spec.cancel was set'),
    ],
    [
      'because of its deadline',
      factsOf(
        runOf({ activeDeadlineSeconds: 60 }, begun(60_000)),
        endedWith({ ending: 'Aborted' }, { stopping: DEADLINE }),
      ),
      finished('Failed', 'CSC_DEADLINE_EXCEEDED', 'the run took longer than 60 s'),
    ],
    [
      'because of its deadline, though it is suspended by now',
      factsOf(
        runOf({ activeDeadlineSeconds: 60, suspend: true }, begun(60_000)),
        endedWith({ ending: 'Aborted' }, { stopping: DEADLINE }),
      ),
      finished('Failed', 'CSC_DEADLINE_EXCEEDED', 'the run took longer than 60 s'),
    ],
    [
      'for no reason of its own',
      factsOf(run, endedWith({ ending: 'Aborted' })),
      { ...saying(running), actions: [START] },
    ],
    [
      'for an error that no later try mends',
      factsOf(run, endedWith(failed('CSC_GENESYS_AUTH', false))),
      finished('Failed', 'CSC_GENESYS_AUTH', 'what happened'),
    ],
    [
      'and was suspended',
      factsOf(runOf({ suspend: true }, begun(60_000)), endedWith({ ending: 'Drained' }, { stopping: 'Drain' })),
      { ...saying({ phase: 'Suspended', startAtMs: NOW_MS - 60_000 }), actions: [{ kind: 'Forget' }] },
    ],
    [
      'and was suspended and resumed before it was drained: its clock goes on',
      factsOf(run, endedWith({ ending: 'Drained' }, { stopping: 'Drain' })),
      { ...saying({ ...running, startAtMs: NOW_MS - 60_000 }), actions: [START] },
    ],
    [
      'and was cancelled meanwhile: what is left gets its outcome',
      factsOf(
        runOf({ suspend: true, cancel: true }, begun(60_000)),
        endedWith({ ending: 'Drained' }, { stopping: 'Drain' }),
      ),
      { actions: [START, { kind: 'Abort', ...CANCEL }] },
    ],
  ]);
});

describe('a run that meets a passing error', () => {
  const run = runOf({}, begun(60_000));
  const waiting = (code: ErrorCode, count = 1, found = 0): WorkerFacts =>
    endedWith(failed(code, true, found), failures(code, count));
  table([
    [
      'waits and says why',
      factsOf(run, waiting('CSC_GENESYS_UNAVAILABLE')),
      {
        ...saying({ phase: 'Pending', reason: 'CSC_GENESYS_UNAVAILABLE', message: 'what happened', window: WINDOW }),
        actions: [],
        requeueAfterMs: 4000,
      },
    ],
    [
      'runs all the same once something is found',
      factsOf(run, waiting('CSC_GENESYS_UNAVAILABLE', 1, 3)),
      { ...saying({ phase: 'Running' }), actions: [], requeueAfterMs: 4000 },
    ],
    [
      'waits longer from time to time',
      factsOf(run, waiting('CSC_GENESYS_UNAVAILABLE', 3)),
      { ...saying({ phase: 'Pending' }), actions: [], requeueAfterMs: 19_000 },
    ],
    [
      'waits for a minute at most',
      factsOf(run, waiting('CSC_GENESYS_UNAVAILABLE', 500)),
      { ...saying({ phase: 'Pending' }), actions: [], requeueAfterMs: 59_000 },
    ],
    [
      'tries again',
      factsOf(run, waiting('CSC_GENESYS_UNAVAILABLE'), NOW_MS + 4000),
      { ...saying({ phase: 'Pending', reason: 'CSC_GENESYS_UNAVAILABLE' }), actions: [START] },
    ],
    [
      'does not sleep over its deadline',
      factsOf(runOf({ activeDeadlineSeconds: 61 }, begun(60_000)), waiting('CSC_GENESYS_UNAVAILABLE')),
      { ...saying({ phase: 'Pending' }), actions: [], requeueAfterMs: 1000 },
    ],
    [
      'ends at its deadline',
      factsOf(runOf({ activeDeadlineSeconds: 60 }, begun(60_000)), waiting('CSC_GENESYS_UNAVAILABLE')),
      { actions: [START, { kind: 'Abort', ...DEADLINE }] },
    ],
    [
      'is not tried again while it is suspended',
      factsOf(runOf({ suspend: true }, begun(60_000)), waiting('CSC_GENESYS_UNAVAILABLE')),
      { ...saying({ phase: 'Suspended' }), actions: [{ kind: 'Forget' }] },
    ],
    [
      'is cancelled at once',
      factsOf(runOf({ cancel: true }, begun(60_000)), waiting('CSC_SECRET_NOT_FOUND')),
      { actions: [START, { kind: 'Abort', ...CANCEL }] },
    ],
    [
      'is not brought to its end over and over where the books cannot be closed',
      factsOf(
        runOf({ cancel: true }, begun(60_000)),
        endedWith(failed('CSC_LEDGER_UNAVAILABLE'), { stopping: CANCEL, ...failures('CSC_LEDGER_UNAVAILABLE', 1) }),
      ),
      { ...saying({ phase: 'Pending', reason: 'CSC_LEDGER_UNAVAILABLE' }), actions: [], requeueAfterMs: 4000 },
    ],
    [
      'is brought to its end when the books can be closed again',
      factsOf(
        runOf({ cancel: true }, begun(60_000)),
        endedWith(failed('CSC_LEDGER_UNAVAILABLE'), { stopping: CANCEL, ...failures('CSC_LEDGER_UNAVAILABLE', 1) }),
        NOW_MS + 4000,
      ),
      { ...saying({ phase: 'Pending' }), actions: [START, { kind: 'Abort', ...CANCEL }] },
    ],
    [
      'is cancelled also where the books can never be closed',
      factsOf(
        runOf({ cancel: true }, begun(60_000)),
        endedWith(failed('CSC_LEDGER_CORRUPT', false), { stopping: CANCEL }),
      ),
      { ...saying({ phase: 'Cancelled', reason: 'CSC_CANCELLED' }), actions: [{ kind: 'Forget' }] },
    ],
    [
      'without a word about it',
      factsOf(run, endedWith({ ending: 'Failed' }, failures('CSC_INTERNAL', 1))),
      { ...saying({ phase: 'Pending', reason: 'CSC_INTERNAL' }), actions: [], requeueAfterMs: 4000 },
    ],
  ]);
});

describe('a Secret that is missing', () => {
  const code = 'CSC_SECRET_NOT_FOUND';
  const end = { code, message: 'what happened' } as const;
  const since = (agoMs: number): WorkerFacts => endedWith(failed(code), failures(code, 4, agoMs));
  table([
    [
      'is waited for',
      factsOf(runOf({}, begun(90_000)), since(30_999)),
      { ...saying({ phase: 'Pending', reason: code }), actions: [], requeueAfterMs: 39_000 },
    ],
    [
      'fails the run half a minute after it was first missed, and everything is closed first',
      factsOf(runOf({}, begun(31_000)), since(31_000)),
      { actions: [START, { kind: 'Abort', ...end }] },
    ],
    [
      'has failed it then',
      factsOf(runOf({}, begun(31_000)), endedWith({ ending: 'Aborted' }, { stopping: end })),
      { ...saying({ phase: 'Failed', reason: code, message: 'what happened' }), actions: [{ kind: 'Forget' }] },
    ],
    [
      'is not missing because half a minute went by since it was looked for',
      factsOf(runOf({}, begun(90_000)), since(1000), NOW_MS + 60_000),
      { ...saying({ phase: 'Pending', reason: code }), actions: [START] },
    ],
    [
      'of a run that went on for hours is waited for as long',
      factsOf(runOf({}, begun(36_000_000)), since(1000)),
      { ...saying({ phase: 'Pending' }), actions: [], requeueAfterMs: 39_000 },
    ],
    [
      'is not one that could not be read just now',
      factsOf(
        runOf({}, begun(36_000_000)),
        endedWith(failed('CSC_SECRET_UNAVAILABLE'), failures('CSC_SECRET_UNAVAILABLE', 9, 3_600_000)),
      ),
      { ...saying({ phase: 'Pending', reason: 'CSC_SECRET_UNAVAILABLE' }), actions: [], requeueAfterMs: 59_000 },
    ],
  ]);
});
