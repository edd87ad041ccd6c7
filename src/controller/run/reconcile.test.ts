/**
 * Observe, decide, act, on an API server in memory.
 * @module
 */
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/runtime/manual-clock.ts';
import { memoryKube } from '../../../test/runtime/memory-kube.ts';
import type { TranscriptionRun } from '../../api/types.ts';
import type { RunIdentity } from '../../pipeline/plan.ts';
import { KubeError } from '../runtime/kube-error.ts';
import type { WorkerFacts } from './facts.ts';
import { reconcile } from './reconcile.ts';
import { createStatusWriter } from './status-writer.ts';
import type { Supervisor } from './supervisor.ts';
import { begun, countsOf, endedWith, iso, NOW_MS, progressOf, runOf, WINDOW, workerOf } from './test-facts.ts';

const PATH = '/apis/callscribe.dev/v1alpha1/namespaces/calls/transcriptionruns/nightly';

const scene = (run: TranscriptionRun | undefined) => {
  const memory = memoryKube();
  const clock = manualClock(NOW_MS);
  const log: string[] = [];
  const events: string[] = [];
  const gone: string[] = [];
  let cached = run;
  let facts: WorkerFacts | undefined;
  if (run) memory.objects.set(PATH, run);
  memory.intercept = async (call) => void log.push(call.replace(PATH, ''));
  const supervisor: Supervisor = {
    facts: () => facts,
    start: ({ run: { metadata }, window: { fromMs } }) => void log.push(`start ${metadata.uid} ${iso(fromMs)}`),
    drain: (uid) => void log.push(`drain ${uid}`),
    abort: (uid, { code }) => void log.push(`abort ${uid} ${code}`),
    forget: (uid) => void log.push(`forget ${uid}`),
    configure: () => {},
    discard: ({ name }, uid) => void (uid === run?.metadata.uid || log.push(`discard ${name} ${uid ?? ''}`)),
    shutdown: () => Promise.resolve(),
    size: () => 0,
  };
  const statusWriter = createStatusWriter({ kube: memory.kube, clock });
  const options = {
    kube: memory.kube,
    getRun: () => cached,
    supervisor,
    statusWriter,
    emit: (_: TranscriptionRun, { reason }: { readonly reason: string }) => void events.push(reason),
    clock,
    onGone: ({ name }: Pick<RunIdentity, 'name'>) => void gone.push(name),
    log: pino({ level: 'silent' }),
  };
  return {
    memory,
    clock,
    log,
    gone,
    events,
    stored: () => memory.objects.get(PATH) as TranscriptionRun | undefined,
    cache: (next: TranscriptionRun | undefined) => {
      cached = next;
    },
    work: (next: WorkerFacts | undefined) => {
      facts = next;
    },
    reconcile: () => reconcile(options, { key: 'calls/nightly', reconcileId: 'reconcile-1' }),
  };
};

const fresh = (spec = {}, status = {}) =>
  runOf(spec, Object.keys(status).length > 0 ? status : undefined, { resourceVersion: '0' });

describe('reconcile', () => {
  it('pins the window in the status before the work that relies on it begins', async () => {
    const test = scene(fresh({ window: { from: null, to: null, last: '1h' } }));
    expect(await test.reconcile()).toEqual({ kind: 'Done' });
    expect(test.log).toEqual(['PATCH /status', `start uid-1 ${iso(NOW_MS - 3_600_000)}`]);
    expect(test.stored()?.status).toMatchObject({ phase: 'Running', window: { to: iso(NOW_MS) } });
    expect(test.events).toEqual(['Started']);
  });

  it('begins nothing where the status cannot be written', async () => {
    const test = scene(fresh());
    test.memory.intercept = async () => {
      throw new KubeError('busy', { status: 503, reason: 'ServiceUnavailable' });
    };
    await expect(test.reconcile()).rejects.toMatchObject({ status: 503 });
    expect([test.log, test.events]).toEqual([[], []]);
  });

  it('does not begin a finished run again because the cache lags behind', async () => {
    const running = fresh({}, begun(9000));
    const test = scene(running);
    test.work(endedWith({ progress: progressOf({ counts: countsOf({ transcribed: 1 }) }) }));
    await test.reconcile();
    expect(test.log).toEqual(['PATCH /status', 'forget uid-1']);
    test.work(undefined);
    await test.reconcile();
    expect(test.log).toHaveLength(2);
    expect(test.events).toEqual(['Succeeded']);
  });

  it('comes back when the next status is due', async () => {
    const test = scene(fresh({}, begun(9000)));
    const working = (transcribed: number) => workerOf({ progress: progressOf({ counts: countsOf({ transcribed }) }) });
    test.work(working(1));
    expect(await test.reconcile()).toEqual({ kind: 'Done' });
    await test.clock.advance(400);
    test.work(working(2));
    expect(await test.reconcile()).toEqual({ kind: 'RequeueAfter', ms: 600 });
    await test.clock.advance(600);
    expect(await test.reconcile()).toEqual({ kind: 'Done' });
    expect(test.stored()?.status?.progress).toBe('2/2');
    expect(test.log).toEqual(['PATCH /status', 'PATCH /status']);
  });

  it('comes back at the earlier of its deadline and its next status', async () => {
    const test = scene(fresh({ activeDeadlineSeconds: 60 }, begun(59_500)));
    test.work(workerOf({ progress: progressOf() }));
    expect(await test.reconcile()).toEqual({ kind: 'RequeueAfter', ms: 500 });
  });

  it.each([
    ['drains', { suspend: true }, workerOf(), 'drain uid-1'],
    ['aborts', { cancel: true }, workerOf(), 'abort uid-1 CSC_CANCELLED'],
  ])('%s what is worked on', async (_, spec, worker, told) => {
    const test = scene(fresh(spec, begun(9000)));
    test.work(worker);
    await test.reconcile();
    expect(test.log.at(-1)).toBe(told);
  });

  it('begins a run that is only to be closed, and ends it in the same breath', async () => {
    const test = scene(fresh({ cancel: true }, begun(9000)));
    await test.reconcile();
    expect(test.log).toEqual([`start uid-1 ${iso(WINDOW.fromMs)}`, 'abort uid-1 CSC_CANCELLED']);
  });

  it('deletes a run whose time is over, and not one that has its name by now', async () => {
    const over = begun(9000, { phase: 'Succeeded', completionTime: iso(NOW_MS - 60_000) });
    const test = scene(fresh({ ttlSecondsAfterFinished: 5 }, over));
    await test.reconcile();
    expect(test.stored()).toBeUndefined();
    // Somebody was faster.
    expect(await test.reconcile()).toEqual({ kind: 'Done' });
    test.memory.objects.set(PATH, runOf({}, undefined, { uid: 'uid-2' }));
    expect(await test.reconcile()).toEqual({ kind: 'Done' });
    expect(test.stored()?.metadata.uid).toBe('uid-2');
  });

  it.each([
    ['gone', undefined],
    ['being deleted', runOf({}, begun(9000), { deletionTimestamp: iso(NOW_MS) })],
  ])('ends the work on a run that is %s, and says nothing more about it', async (_, next) => {
    const test = scene(fresh({}, begun(9000)));
    test.cache(next);
    expect(await test.reconcile()).toEqual({ kind: 'Done' });
    expect(test.log).toEqual(['discard nightly ']);
  });
});
