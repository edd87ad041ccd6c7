/**
 * Runs whose destination does not take what it is offered.
 * @module
 */
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { failure, rowsOf, callsOf, checkEnd, journalOf, PRICE, startRun, worldOf } from './test-run.ts';

describe('a destination', () => {
  it('that takes nothing stops all spending until it takes something, and the run goes on by itself', async () => {
    let refuses = true;
    const test = startRun({
      world: worldOf(200),
      // Most wait for their turn when the third is refused.
      live: { concurrency: 9 },
      settings: { inFlight: pLimit(1) },
      deliver: async () => {
        if (refuses) throw failure('CSC_DELIVERY_REJECTED');
      },
    });
    await test.until(() => test.progress().hindrances.some(({ code }) => code === 'CSC_DESTINATION_REJECTED'));
    await test.clock.advance(600_000);
    const paid = callsOf(test, 'transcribe').length;
    expect(paid).toBe(3);
    refuses = false;
    const summary = await test.finish();
    expect(summary).toMatchObject({ ending: 'Completed', progress: { counts: { transcribed: 200 }, hindrances: [] } });
    expect(callsOf(test, 'transcribe')).toHaveLength(200);
    checkEnd(test, summary);
  });

  it('that takes nothing still does so after a restart: nothing more is paid for', async () => {
    const reject = { deliver: () => Promise.reject(failure('CSC_DELIVERY_REJECTED')) };
    const first = startRun({ world: worldOf(20), live: { concurrency: 1 }, ...reject });
    await first.until(() => first.progress().hindrances.length > 0);
    first.end.abort(new Error('the process ends'));
    await first.finish();
    const second = startRun({ world: worldOf(20), journal: journalOf(first.journal), ...reject });
    await second.clock.advance(600_000);
    expect(callsOf(second, 'transcribe')).toEqual([]);
    expect(second.progress().hindrances).toMatchObject([{ code: 'CSC_DESTINATION_REJECTED' }]);
    second.end.abort(failure('CSC_CANCELLED'));
    checkEnd(second, await second.finish());
  });

  it('that is away gets its transcripts when it comes back, while the rest goes on', async () => {
    let away = true;
    const test = startRun({
      world: worldOf(60),
      live: { concurrency: 2 },
      transcribe: async (_, signal) => {
        await test.clock.sleep(10_000, signal);
        return [];
      },
      deliver: async () => {
        if (away) throw failure('CSC_DELIVERY_UNAVAILABLE');
      },
    });
    await test.clock.advance(120_000);
    expect(test.hasEnded()).toBe(false);
    away = false;
    const summary = await test.finish();
    expect(summary.progress.counts).toMatchObject({ transcribed: 60, failed: 0 });
    checkEnd(test, summary);
  });

  it('that stays away is waited for, without end and without paying again', async () => {
    let away = true;
    const test = startRun({
      world: worldOf(2),
      deliver: async () => {
        if (away) throw failure('CSC_DELIVERY_UNAVAILABLE');
      },
    });
    await test.clock.advance(7_200_000);
    expect(test.hasEnded()).toBe(false);
    expect(test.progress().hindrances).toMatchObject([{ code: 'CSC_DELIVERY_UNAVAILABLE' }]);
    expect(test.journal.outbox.size).toBe(2);
    away = false;
    const summary = await test.finish();
    expect(summary.progress.counts).toMatchObject({ transcribed: 2, failed: 0 });
    expect(test.journal.outbox.size).toBe(0);
    expect(callsOf(test, 'transcribe')).toHaveLength(2);
    checkEnd(test, summary);
  });

  it('that is still away when the run is over leaves transcripts that are kept, and rows that say so', async () => {
    const test = startRun({ world: worldOf(2), deliver: () => Promise.reject(failure('CSC_DELIVERY_UNAVAILABLE')) });
    await test.until(() => test.journal.outbox.size === 2);
    test.end.abort(failure('CSC_DEADLINE_EXCEEDED'));
    const summary = await test.finish();
    expect(rowsOf(test).toSorted()).toEqual([
      'r-1 1 failed CSC_DEADLINE_EXCEEDED Failed',
      'r-2 1 failed CSC_DEADLINE_EXCEEDED Failed',
    ]);
    expect(test.journal.outbox.size).toBe(2);
    expect(summary.progress.cost.settledMicros).toBe(2 * PRICE);
    checkEnd(test, summary);
  });

  it('that takes nothing keeps no place from other runs', async () => {
    const inFlight = pLimit(2);
    const stuck = startRun({
      world: worldOf(20),
      settings: { inFlight },
      deliver: () => Promise.reject(failure('CSC_DELIVERY_REJECTED')),
    });
    await stuck.until(() => stuck.progress().hindrances.length > 0);
    const other = startRun({ world: worldOf(9), settings: { inFlight } });
    expect((await other.finish()).progress.counts.transcribed).toBe(9);
    stuck.end.abort(failure('CSC_CANCELLED'));
    await stuck.finish();
  });
});
