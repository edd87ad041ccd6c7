/**
 * Runs that may not spend what they would like to.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { heldOf, recordingOf } from '../recording/test-recording.ts';
import { failure, callsOf, checkEnd, journalOf, PRICE, startRun, worldOf, type TestRun } from './test-run.ts';

describe('the budget', () => {
  const hindrances = (test: TestRun): readonly string[] => test.progress().hindrances.map(({ code }) => code);

  it('stops a run that waits, says so, and lets it go on when it is raised', async () => {
    const test = startRun({ world: worldOf(6), live: { concurrency: 2, budgetMicros: 2 * PRICE + 5 } });
    await test.until(() => hindrances(test).includes('CSC_BUDGET_EXHAUSTED'));
    expect(test.progress().counts).toMatchObject({ found: 6, transcribed: 2, pending: 4, inProgress: 0 });
    await test.clock.advance(600_000);
    expect(test.hasEnded()).toBe(false);
    const fetches = (): number => callsOf(test, 'fetch').length;
    const before = fetches();

    test.configure({ concurrency: 2, budgetMicros: 3 * PRICE });
    await test.until(() => test.progress().counts.transcribed === 3);
    // Only what the budget holds is fetched again.
    await test.clock.advance(60_000);
    expect(fetches()).toBe(before + 1);
    expect(hindrances(test)).toEqual(['CSC_BUDGET_EXHAUSTED']);

    test.configure({ concurrency: 2 });
    const summary = await test.finish();
    expect(summary).toMatchObject({ ending: 'Completed', progress: { counts: { transcribed: 6 }, hindrances: [] } });
    checkEnd(test, summary);
  });

  it('is not asked again and again for what Genesys announced too short', async () => {
    const announced = recordingOf('r-1', { announcedDurationMs: 0 });
    const measured = recordingOf('r-1');
    const test = startRun({
      world: [[measured.conversation, [measured]]],
      locate: async () => [announced],
      live: { concurrency: 1, budgetMicros: 10 },
    });
    await test.until(() => hindrances(test).length > 0);
    await test.clock.advance(3_600_000);
    expect(callsOf(test, 'fetch')).toHaveLength(1);
    test.end.abort(failure('CSC_CANCELLED'));
    await test.finish();
  });

  it('does not make a run download the whole window in vain', async () => {
    const test = startRun({ world: worldOf(500), live: { concurrency: 2, budgetMicros: PRICE } });
    await test.until(() => hindrances(test).length > 0);
    await test.clock.advance(600_000);
    expect(test.progress().counts.found).toBeLessThan(60);
    test.configure({ concurrency: 2 });
    const summary = await test.finish();
    expect(summary.progress.counts.transcribed).toBe(500);
    checkEnd(test, summary);
  });

  it('holds what was reserved for transcripts that wait for their destination', async () => {
    const journal = journalOf();
    const held = heldOf({ reservedMicros: PRICE });
    journal.outbox.set('r-1', held);
    journal.open.set('c-1/r-1#1', held.reservation);
    const test = startRun({
      world: worldOf(2),
      journal: journalOf(journal),
      live: { concurrency: 2, budgetMicros: PRICE + 10 },
      deliver: () => Promise.reject(failure('CSC_DELIVERY_UNAVAILABLE')),
    });
    await test.until(() => hindrances(test).includes('CSC_BUDGET_EXHAUSTED'));
    expect(callsOf(test, 'transcribe')).toEqual([]);
    test.end.abort(failure('CSC_CANCELLED'));
    checkEnd(test, await test.finish());
  });
});
