/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { CallscribeError } from '../../errors.ts';
import type { Attempt } from './attempt.ts';
import type { WorkerFacts } from './facts.ts';
import { createSupervisor, type StartRequest } from './supervisor.ts';
import { failed, failures } from './test-decisions.ts';
import { runOf, summaryOf, WINDOW, workerOf } from './test-facts.ts';

interface TestAttempt extends Attempt {
  readonly request: StartRequest;
  readonly told: string[];
  end(facts?: Partial<WorkerFacts>): void;
}

const scene = () => {
  const attempts: TestAttempt[] = [];
  const supervisor = createSupervisor((request) => {
    const told: string[] = [];
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    let facts = workerOf();
    const attempt: TestAttempt = {
      request,
      told,
      window: request.window,
      ended,
      facts: () => facts,
      drain: () => void told.push('drain'),
      abort: ({ code }) => void told.push(`abort ${code}`),
      release: () => void told.push('release'),
      configure: ({ concurrency }) => void told.push(`configure ${concurrency}`),
      end: (more = {}) => {
        facts = workerOf({ summary: summaryOf(), ...more });
        resolve();
      },
    };
    attempts.push(attempt);
    return attempt;
  });
  return { supervisor, attempts };
};

const run = runOf();
const other = runOf({}, undefined, { name: 'other', uid: 'uid-9' });

describe('a supervisor', () => {
  it('starts one attempt at a run, and passes on what it is told', () => {
    const { supervisor, attempts } = scene();
    supervisor.start({ run, window: WINDOW, reconcileId: 'reconcile-1' });
    supervisor.start({ run, window: WINDOW, reconcileId: 'reconcile-1' });
    expect(attempts).toHaveLength(1);
    supervisor.configure(runOf({ concurrency: 9 }));
    supervisor.drain('uid-1');
    supervisor.abort('uid-1', new CallscribeError('CSC_CANCELLED', 'enough'));
    expect(attempts[0]?.told).toEqual(['configure 9', 'drain', 'abort CSC_CANCELLED']);
    expect(supervisor.facts('uid-1')).toEqual(workerOf());
    expect(supervisor.size()).toBe(1);
  });

  it('knows nothing of runs that it was not told of, and does not mind', () => {
    const { supervisor } = scene();
    supervisor.drain('nobody');
    supervisor.abort('nobody', new CallscribeError('CSC_CANCELLED', 'enough'));
    supervisor.configure(run);
    supervisor.forget('nobody');
    expect([supervisor.facts('nobody'), supervisor.size()]).toEqual([undefined, 0]);
  });

  it('starts again when an attempt has ended, and tells it how often it failed', () => {
    const { supervisor, attempts } = scene();
    supervisor.start({ run, window: WINDOW, reconcileId: 'reconcile-1' });
    attempts[0]?.end({
      summary: summaryOf(failed('CSC_GENESYS_UNAVAILABLE')),
      ...failures('CSC_GENESYS_UNAVAILABLE', 2),
    });
    supervisor.start({ run, window: WINDOW, reconcileId: 'reconcile-1' });
    expect(attempts[1]?.request.failures).toMatchObject({ code: 'CSC_GENESYS_UNAVAILABLE', count: 2 });
    attempts[1]?.end({ summary: summaryOf({ ending: 'Drained' }) });
    supervisor.start({ run, window: WINDOW, reconcileId: 'reconcile-1' });
    expect(attempts[2]?.request).not.toHaveProperty('failures');
  });

  it('forgets an attempt, and lets go one that has not ended: it must not go on unseen', async () => {
    const { supervisor, attempts } = scene();
    supervisor.start({ run, window: WINDOW, reconcileId: 'reconcile-1' });
    supervisor.forget('uid-1');
    expect([supervisor.facts('uid-1'), supervisor.size()]).toEqual([undefined, 0]);
    expect(attempts[0]?.told).toEqual(['release']);
    const shutdown = supervisor.shutdown(AbortSignal.abort());
    attempts[0]?.end();
    await shutdown;
  });

  it('discards attempts at a run that was deleted, also where another one has its name by now', () => {
    const { supervisor, attempts } = scene();
    supervisor.start({ run, window: WINDOW, reconcileId: 'reconcile-1' });
    supervisor.start({ run: other, window: WINDOW, reconcileId: 'reconcile-1' });
    supervisor.discard(run.metadata, 'uid-1');
    expect(attempts[0]?.told).toEqual([]);
    supervisor.discard(run.metadata, 'uid-2');
    expect(attempts.map(({ told }) => told)).toEqual([['release'], []]);
    supervisor.discard(other.metadata);
    expect(attempts[1]?.told).toEqual(['release']);
    expect(supervisor.size()).toBe(0);
  });

  it('drains all at its end, and waits until they have ended', async () => {
    const { supervisor, attempts } = scene();
    supervisor.start({ run, window: WINDOW, reconcileId: 'reconcile-1' });
    supervisor.start({ run: other, window: WINDOW, reconcileId: 'reconcile-1' });
    let isDown = false;
    const shutdown = supervisor.shutdown(new AbortController().signal).then(() => {
      isDown = true;
    });
    attempts[0]?.end();
    await Promise.resolve();
    expect([isDown, attempts.map(({ told }) => told)]).toEqual([false, [['drain'], ['drain']]]);
    attempts[1]?.end();
    await shutdown;
    expect(attempts.every(({ told }) => !told.includes('release'))).toBe(true);
  });

  it('lets go what has not ended in time', async () => {
    const { supervisor, attempts } = scene();
    supervisor.start({ run, window: WINDOW, reconcileId: 'reconcile-1' });
    const grace = new AbortController();
    const shutdown = supervisor.shutdown(grace.signal);
    grace.abort();
    expect(attempts[0]?.told).toEqual(['drain', 'release']);
    attempts[0]?.end();
    await shutdown;
  });

  it('waits at its end also for what it let go before', async () => {
    const { supervisor, attempts } = scene();
    supervisor.start({ run, window: WINDOW, reconcileId: 'reconcile-1' });
    supervisor.discard(run.metadata);
    let isDown = false;
    const shutdown = supervisor.shutdown(AbortSignal.abort()).then(() => {
      isDown = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDown).toBe(false);
    attempts[0]?.end();
    await shutdown;
  });
});
