/**
 * Runs that are to begin, that go on, and that are over.
 * @module
 */
import { describe } from 'vitest';
import { CANCEL, DEADLINE, failures, running, saying, START, table } from './test-decisions.ts';
import { begun, endedWith, factsOf, iso, NOW_MS, progressOf, runOf, workerOf } from './test-facts.ts';

describe('a run that nobody works on', () => {
  const future = NOW_MS + 60_000;
  const open = { window: { from: iso(NOW_MS - 60_000), to: iso(future) } };
  const resumed = runOf({ activeDeadlineSeconds: 60 }, begun(7_200_000, { phase: 'Suspended' }));
  table([
    ['begins', factsOf(runOf()), { ...saying({ ...running, startAtMs: NOW_MS }), actions: [START] }],
    [
      'pins a window that ends now',
      factsOf(runOf({ window: { from: null, to: null, last: '1h' } })),
      {
        ...saying({ window: { fromMs: NOW_MS - 3_600_000, toMs: NOW_MS } }),
        actions: [{ kind: 'Start', window: { fromMs: NOW_MS - 3_600_000, toMs: NOW_MS } }],
      },
    ],
    [
      'waits until its window is closed',
      factsOf(runOf(open)),
      {
        ...saying({ phase: 'Pending', reason: 'WindowOpen', message: `the window ends at ${iso(future)}` }),
        actions: [],
        requeueAfterMs: 60_000,
      },
    ],
    [
      'goes on with the pinned window when its operator is another one now',
      factsOf(runOf({ window: { from: null, to: null, last: '1h' } }, begun(3_600_000))),
      { ...saying({ ...running, startAtMs: NOW_MS - 3_600_000 }), actions: [START] },
    ],
    [
      'goes on where it waited for something that passes',
      factsOf(runOf({}, begun(5000, { phase: 'Pending' }))),
      { ...saying({ ...running, startAtMs: NOW_MS - 5000 }), actions: [START] },
    ],
    [
      'is left alone while it is deleted',
      factsOf(runOf({}, begun(1), { deletionTimestamp: iso(NOW_MS) })),
      { actions: [] },
    ],
    [
      'fails where its spec cannot be done',
      factsOf({ ...runOf(), spec: { ...runOf().spec, window: { last: 'soon' } } }),
      { ...saying({ phase: 'Failed', reason: 'CSC_SPEC_INVALID', completeAtMs: NOW_MS }), actions: [] },
    ],
    [
      'is cancelled at once where nothing was begun',
      factsOf(runOf({ cancel: true })),
      { ...saying({ phase: 'Cancelled', reason: 'CSC_CANCELLED', completeAtMs: NOW_MS }), actions: [] },
    ],
    [
      'is cancelled at once while its window is open',
      factsOf(runOf({ ...open, cancel: true })),
      { ...saying({ phase: 'Cancelled', reason: 'CSC_CANCELLED' }), actions: [] },
    ],
    [
      'is cancelled at once where it was suspended before it began',
      factsOf(runOf({ suspend: true, cancel: true }, { phase: 'Suspended' })),
      { ...saying({ phase: 'Cancelled' }), actions: [] },
    ],
    [
      'is brought to its end in the ledger where something was begun',
      factsOf(runOf({ cancel: true }, begun(3_600_000))),
      { actions: [START, { kind: 'Abort', ...CANCEL }] },
    ],
    [
      'is brought to its end when its deadline passed while no operator was there',
      factsOf(runOf({ activeDeadlineSeconds: 60 }, begun(60_000))),
      { actions: [START, { kind: 'Abort', ...DEADLINE }] },
    ],
    [
      'is suspended before it begins',
      factsOf(runOf({ suspend: true })),
      { ...saying({ phase: 'Suspended', reason: 'Suspended' }), actions: [] },
    ],
    [
      'stays suspended, whatever its deadline says',
      factsOf(runOf({ suspend: true, activeDeadlineSeconds: 60 }, begun(7_200_000, { phase: 'Suspended' }))),
      { ...saying({ phase: 'Suspended', startAtMs: NOW_MS - 7_200_000 }), actions: [] },
    ],
    [
      'is suspended rather than to wait for its window',
      factsOf(runOf({ ...open, suspend: true })),
      { ...saying({ phase: 'Suspended' }), actions: [] },
    ],
    [
      'is resumed with a clock that starts anew',
      factsOf(resumed),
      { ...saying({ ...running, startAtMs: NOW_MS }), actions: [START] },
    ],
    [
      'is cancelled while it is suspended',
      factsOf(runOf({ suspend: true, cancel: true }, begun(9000, { phase: 'Suspended' }))),
      { actions: [START, { kind: 'Abort', ...CANCEL }] },
    ],
  ]);
});

describe('a run that is worked on', () => {
  const worker = workerOf();
  table([
    ['goes on', factsOf(runOf({}, begun(60_000)), worker), { ...saying(running), actions: [] }],
    [
      'is looked at again at its deadline',
      factsOf(runOf({ activeDeadlineSeconds: 61 }, begun(60_000)), worker),
      { ...saying(running), actions: [], requeueAfterMs: 1000 },
    ],
    [
      'ends at its deadline',
      factsOf(runOf({ activeDeadlineSeconds: 60 }, begun(60_000)), worker),
      { actions: [{ kind: 'Abort', ...DEADLINE }] },
    ],
    [
      'is cancelled',
      factsOf(runOf({ cancel: true }, begun(60_000)), worker),
      { actions: [{ kind: 'Abort', ...CANCEL }] },
    ],
    [
      'is cancelled also while it drains',
      factsOf(runOf({ cancel: true, suspend: true }, begun(60_000)), { ...worker, stopping: 'Drain' }),
      { actions: [{ kind: 'Abort', ...CANCEL }] },
    ],
    [
      'is told of its end once',
      factsOf(runOf({ cancel: true }, begun(60_000)), { ...worker, stopping: CANCEL }),
      { actions: [] },
    ],
    [
      'keeps its first reason to end',
      factsOf(runOf({ cancel: true, activeDeadlineSeconds: 60 }, begun(60_000)), { ...worker, stopping: DEADLINE }),
      { actions: [] },
    ],
    [
      'is drained when it is suspended, and has no deadline meanwhile',
      factsOf(runOf({ suspend: true, activeDeadlineSeconds: 60 }, begun(60_000)), worker),
      { ...saying(running), actions: [{ kind: 'Drain' }] },
    ],
    [
      'is drained once',
      factsOf(runOf({ suspend: true }, begun(60_000)), { ...worker, stopping: 'Drain' }),
      { ...saying(running), actions: [] },
    ],
    [
      'says what it said while a new try has come no further',
      factsOf(runOf({}, begun(60_000, { phase: 'Pending' })), { ...worker, ...failures('CSC_SECRET_NOT_FOUND', 1) }),
      { actions: [] },
    ],
    [
      'says that it runs as soon as a new try gets somewhere',
      factsOf(runOf({}, begun(60_000, { phase: 'Pending' })), {
        ...worker,
        ...failures('CSC_SECRET_NOT_FOUND', 1),
        progress: progressOf(),
      }),
      { ...saying(running), actions: [] },
    ],
  ]);
});

describe('a run that is over', () => {
  const over = (ttlSecondsAfterFinished: number | undefined, agoMs = 60_000) =>
    runOf(
      ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished },
      begun(120_000, { phase: 'Succeeded', completionTime: iso(NOW_MS - agoMs) }),
    );
  table([
    ['stays', factsOf(over(undefined)), { actions: [] }],
    ['stays until its time is over', factsOf(over(61)), { actions: [], requeueAfterMs: 1000 }],
    ['is deleted then', factsOf(over(60)), { actions: [{ kind: 'Delete' }] }],
    ['may be deleted at once', factsOf(over(0, 0)), { actions: [{ kind: 'Delete' }] }],
    [
      'is not begun again because of what a worker says',
      factsOf(over(undefined), endedWith({})),
      { actions: [{ kind: 'Forget' }] },
    ],
    [
      'cannot be cancelled any more',
      factsOf(runOf({ cancel: true }, begun(1, { phase: 'Failed', completionTime: iso(NOW_MS) }))),
      { actions: [] },
    ],
  ]);
});
