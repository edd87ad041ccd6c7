/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/runtime/manual-clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { Controls, RunPipeline, Summary } from '../../pipeline/plan.ts';
import { loneClaims } from '../../pipeline/test-spec.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type AttemptOptions, liveSettings, startAttempt } from './attempt.ts';
import { failures } from './test-decisions.ts';
import { countsOf, NOW_MS, progressOf, runOf, summaryOf, WINDOW } from './test-facts.ts';

const done = summaryOf({ progress: progressOf({ counts: countsOf({ transcribed: 2 }) }) });

const HEAD = 'ab'.repeat(32);

const nothing = (): Promise<void> => Promise.resolve();

const scene = (more: Partial<AttemptOptions> = {}, onLedger: (signal: AbortSignal) => void = () => {}) => {
  const clock = manualClock(NOW_MS);
  const summaries: object[] = [];
  let changes = 0;
  const ledger: Ledger = {
    rows: () => [],
    held: () => [],
    reserve: nothing,
    settle: nothing,
    handBack: nothing,
    hold: nothing,
    forget: nothing,
    summarise: async (summary) => void summaries.push(summary),
    shards: () => 2,
    name: () => 'nightly-report',
    tip: () => ({ rows: 5, head: HEAD }),
  };
  const ended = Promise.withResolvers<Summary>();
  const given = Promise.withResolvers<Controls>();
  const pipeline: RunPipeline = (_plan, _journal, controls) => {
    given.resolve(controls);
    return ended.promise;
  };
  const { spec } = runOf({ cost: { budget: '1' } });
  const plan = {
    run: { namespace: 'calls', name: 'nightly', uid: 'uid-1' },
    spec,
    window: WINDOW,
    readSecret: () => Promise.resolve({}),
  };
  const attempt = startAttempt({
    plan,
    joinClaims: async () => loneClaims(),
    openLedger: async (signal) => {
      onLedger(signal);
      return ledger;
    },
    pipeline,
    clock,
    onChange: () => {
      changes += 1;
    },
    onOutcome: () => {},
    ...more,
  });
  return {
    attempt,
    clock,
    summaries,
    ledger,
    end: ended.resolve,
    changes: () => changes,
    /** What the pipeline was given, once it was called. */
    controls: () => given.promise,
  };
};

const cancelled = new CallscribeError('CSC_CANCELLED', 'spec.cancel was set');

describe('an attempt', () => {
  it('knows what the pipeline tells it, and then how it ended', async () => {
    const { attempt, controls, end, changes, clock, summaries } = scene();
    expect(attempt.facts()).toEqual({ window: WINDOW, startedAtMs: NOW_MS });
    const given = await controls();
    const progress = progressOf({ counts: countsOf({ inProgress: 1 }) });
    given.onProgress(() => progress);
    expect(changes()).toBe(1);
    expect(attempt.facts()).toMatchObject({ progress, report: { name: 'nightly-report', shards: 2, rows: 5 } });
    await clock.advance(5000);
    end(done);
    await attempt.ended;
    expect(changes()).toBe(2);
    expect(attempt.facts()).toMatchObject({ summary: done, progress: done.progress, endedAtMs: NOW_MS + 5000 });
    expect(attempt.facts()).not.toHaveProperty('failures');
    expect(summaries).toMatchObject([{ phase: 'Succeeded', counts: { transcribed: 2 } }]);
  });

  it('passes on new settings, and only where they are new', async () => {
    const { attempt, controls, end } = scene();
    const given = await controls();
    let heard = 0;
    const stop = given.onSettings(() => {
      heard += 1;
    });
    expect(given.settings()).toEqual({ concurrency: 4, budgetMicros: 1_000_000 });
    attempt.configure(runOf({ cost: { budget: '1.00' } }).spec);
    expect(heard).toBe(0);
    attempt.configure(runOf({ concurrency: 9 }).spec);
    expect([heard, given.settings()]).toEqual([1, { concurrency: 9 }]);
    stop();
    attempt.configure(runOf({ concurrency: 1 }).spec);
    expect([heard, given.settings()]).toEqual([1, { concurrency: 1 }]);
    end(done);
    await attempt.ended;
  });

  it('drains, aborts and lets go, each by its own signal', async () => {
    const { attempt, controls, end, summaries } = scene();
    const { draining, signal } = await controls();
    attempt.drain();
    expect([draining.aborted, signal.aborted, attempt.facts().stopping]).toEqual([true, false, 'Drain']);
    attempt.abort(cancelled);
    expect([signal.reason, attempt.facts().stopping]).toEqual([
      cancelled,
      { code: 'CSC_CANCELLED', message: 'spec.cancel was set' },
    ]);
    end(summaryOf({ ending: 'Aborted' }));
    await attempt.ended;
    expect(summaries).toMatchObject([{ phase: 'Cancelled' }]);
  });

  it('keeps the first reason to end: rows are written with it', async () => {
    const { attempt, end } = scene();
    attempt.abort(new CallscribeError('CSC_DEADLINE_EXCEEDED', 'too long'));
    attempt.abort(cancelled);
    expect(attempt.facts().stopping).toMatchObject({ code: 'CSC_DEADLINE_EXCEEDED' });
    end(done);
    await attempt.ended;
  });

  it('that is let go lets the ledger go a little later: what was paid for is still to be written', async () => {
    const signals: AbortSignal[] = [];
    const { attempt, controls, clock } = scene({}, (given) => void signals.push(given));
    const { signal } = await controls();
    attempt.abort(cancelled);
    await clock.advance(60_000);
    attempt.release();
    expect([signals[0]?.aborted, signal.reason]).toEqual([false, cancelled]);
    await clock.advance(3999);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advance(1);
    expect(signals[0]?.aborted).toBe(true);
  });

  it('that has ended leaves no timer behind', async () => {
    const { attempt, controls, clock, end } = scene();
    await controls();
    attempt.release();
    expect(clock.pending()).toBe(1);
    end(done);
    await attempt.ended;
    await clock.advance(0);
    expect(clock.pending()).toBe(0);
  });

  it('counts failures in a row of the same kind', async () => {
    const error = { code: 'CSC_GENESYS_UNAVAILABLE', message: 'away', retryable: true } as const;
    const summary = summaryOf({ ending: 'Failed', error });
    const first = scene();
    first.end(summary);
    await first.attempt.ended;
    expect(first.attempt.facts().failures).toEqual({ code: error.code, count: 1, sinceMs: NOW_MS });

    const again = scene(failures('CSC_GENESYS_UNAVAILABLE', 3, 9000));
    expect(again.attempt.facts().failures).toMatchObject({ count: 3 });
    again.end(summary);
    await again.attempt.ended;
    expect(again.attempt.facts().failures).toEqual({ code: error.code, count: 4, sinceMs: NOW_MS - 9000 });

    const other = scene(failures('CSC_SECRET_NOT_FOUND', 3, 9000));
    other.end(summary);
    await other.attempt.ended;
    expect(other.attempt.facts().failures).toEqual({ code: error.code, count: 1, sinceMs: NOW_MS });
  });

  it('that cannot open its ledger has failed, and knows of no progress', async () => {
    const { attempt, changes } = scene({
      openLedger: () => Promise.reject(new CallscribeError('CSC_LEDGER_UNAVAILABLE', 'away')),
    });
    await attempt.ended;
    const facts = attempt.facts();
    expect(facts.summary).toMatchObject({
      ending: 'Failed',
      error: { code: 'CSC_LEDGER_UNAVAILABLE', retryable: true },
    });
    expect(facts).not.toHaveProperty('progress');
    expect(facts).not.toHaveProperty('report');
    expect(changes()).toBe(1);
  });

  it('that cannot write its summary has failed, and knows what was done all the same', async () => {
    const { attempt, end, ledger } = scene();
    Object.assign(ledger, { summarise: () => Promise.reject(new CallscribeError('CSC_LEDGER_FENCED', 'taken over')) });
    end(done);
    await attempt.ended;
    expect(attempt.facts()).toMatchObject({
      summary: { ending: 'Failed', error: { code: 'CSC_LEDGER_FENCED' } },
      progress: { counts: { transcribed: 2 } },
    });
  });
});

describe('liveSettings', () => {
  it.each([
    [{}, { concurrency: 4 }],
    [
      { concurrency: 12, cost: { budget: '0.5' } },
      { concurrency: 12, budgetMicros: 500_000 },
    ],
    [{ cost: { budget: '0' } }, { concurrency: 4, budgetMicros: 0 }],
  ])('of %j', (spec, expected) => {
    expect(liveSettings(runOf(spec).spec)).toEqual(expected);
  });
});
