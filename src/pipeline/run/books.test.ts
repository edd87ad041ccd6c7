/**
 * How runs end before they are complete: nothing is left without an outcome.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../errors.ts';
import { heldOf, recordingOf, reservationOf, rowWith } from '../recording/test-recording.ts';
import { failure, forever, rowsOf, callsOf, checkEnd, journalOf, PRICE, startRun, worldOf } from './test-run.ts';

describe('failurePolicy', () => {
  const refusing = (...ids: readonly string[]) => ({
    transcribe: async (recordingId: string) => {
      if (ids.length === 0 || ids.includes(recordingId)) throw failure('CSC_STT_REJECTED');
      return [];
    },
  });

  it('ends a run in which more failed than it accepts; the others are left out', async () => {
    const test = startRun({ world: worldOf(40), settings: { maxFailed: 2 }, ...refusing(), live: { concurrency: 1 } });
    const summary = await test.finish();
    expect(summary).toMatchObject({ ending: 'Failed', error: { code: 'CSC_FAILURE_POLICY', retryable: false } });
    const { found, failed, skipped } = summary.progress.counts;
    expect([failed, failed + skipped]).toEqual([3, found]);
    expect(callsOf(test, 'transcribe')).toHaveLength(3);
    checkEnd(test, summary);
  });

  it('leaves out what waits for its next attempt', async () => {
    const test = startRun({
      world: worldOf(2),
      settings: { maxFailed: 0 },
      transcribe: async (recordingId) => {
        throw failure(recordingId === 'r-1' ? 'CSC_STT_UNAVAILABLE' : 'CSC_STT_REJECTED');
      },
    });
    const summary = await test.finish();
    expect(rowsOf(test).toSorted()).toEqual([
      'r-1 1 failed CSC_STT_UNAVAILABLE ',
      'r-1 2 skipped CSC_FAILURE_POLICY Skipped',
      'r-2 1 failed CSC_STT_REJECTED Failed',
    ]);
    checkEnd(test, summary);
  });

  it('does not judge the share before everything is located', async () => {
    const test = startRun({
      world: worldOf(4),
      settings: { maxFailedPercent: 50 },
      ...refusing('r-1'),
      locate: async ({ conversationId }) => {
        if (conversationId !== 'c-1') await test.clock.sleep(30_000);
        return [recordingOf(`r-${conversationId.slice(2)}`)];
      },
    });
    const summary = await test.finish();
    expect(summary).toMatchObject({ ending: 'Completed', progress: { counts: { failed: 1, transcribed: 3 } } });
  });

  it('ends a run as soon as the share is too large for good', async () => {
    const test = startRun({ world: worldOf(4), settings: { maxFailedPercent: 25 }, ...refusing('r-1', 'r-2') });
    expect(await test.finish()).toMatchObject({ ending: 'Failed', error: { code: 'CSC_FAILURE_POLICY' } });
  });

  it('is not broken by a run that is suspended when only failures are known', async () => {
    const test = startRun({
      world: worldOf(40),
      settings: { maxFailedPercent: 50 },
      live: { concurrency: 1 },
      transcribe: async () => {
        test.drain.abort(new Error('suspended'));
        throw failure('CSC_STT_REJECTED');
      },
    });
    expect(await test.finish()).toMatchObject({ ending: 'Drained', progress: { counts: { failed: 1 } } });
  });

  it('is judged again when a run is resumed', async () => {
    const journal = journalOf();
    journal.all.push(rowWith({ status: 'failed', outcome: 'Failed', costMicros: 0, errorCode: 'CSC_STT_REJECTED' }));
    const test = startRun({ world: worldOf(9), settings: { maxFailed: 0 }, journal: journalOf(journal) });
    const summary = await test.finish();
    expect(summary).toMatchObject({ ending: 'Failed', error: { code: 'CSC_FAILURE_POLICY' } });
    expect(callsOf(test, 'transcribe')).toEqual([]);
    checkEnd(test, summary);
  });
});

describe('a run that is ended for good', () => {
  it.each<[ErrorCode, string, ErrorCode, 'skipped' | 'failed']>([
    ['CSC_CANCELLED', 'Skipped', 'CSC_CANCELLED_IN_FLIGHT', 'skipped'],
    ['CSC_DEADLINE_EXCEEDED', 'Failed', 'CSC_DEADLINE_EXCEEDED', 'failed'],
    ['CSC_SECRET_NOT_FOUND', 'Failed', 'CSC_SECRET_NOT_FOUND', 'failed'],
  ])('by %s leaves nothing without an outcome', async (code, outcome, inFlight, status) => {
    const test = startRun({ world: worldOf(8), transcribe: (_, signal) => forever(signal), live: { concurrency: 2 } });
    await test.until(() => test.inFlight() === 2 && test.progress().counts.found === 8);
    test.end.abort(failure(code));
    const summary = await test.finish();
    expect(summary.ending).toBe('Aborted');
    const lines = rowsOf(test);
    expect(lines.filter((line) => line.includes('unknown'))).toEqual([
      `r-1 1 unknown ${inFlight} ${outcome}`,
      `r-2 1 unknown ${inFlight} ${outcome}`,
    ]);
    expect(lines.filter((line) => line.endsWith(`0 ${status} ${code} ${outcome}`))).toHaveLength(6);
    checkEnd(test, summary);
  });

  it('before it began closes what an earlier attempt left, and asks nobody', async () => {
    const journal = journalOf();
    journal.open.set('c-1/r-1#1', reservationOf());
    const held = heldOf({ recordingId: 'r-2', conversationId: 'c-2' });
    journal.outbox.set('r-2', held);
    journal.open.set('c-2/r-2#1', held.reservation);
    const test = startRun({ world: worldOf(9), journal: journalOf(journal), ended: failure('CSC_CANCELLED') });
    const summary = await test.finish();
    expect(rowsOf(test)).toEqual([
      'r-1 1 unknown CSC_ATTEMPT_UNKNOWN ',
      'r-2 1 failed CSC_CANCELLED Failed',
      'r-1 1 skipped CSC_CANCELLED Skipped',
    ]);
    // Paid for: it is not thrown away.
    expect([...test.journal.outbox.keys()]).toEqual(['r-2']);
    expect(test.calls).toEqual([]);
    checkEnd(test, summary);
  });

  it('keeps what was paid for although its delivery was interrupted', async () => {
    const test = startRun({ world: worldOf(1), deliver: (_, signal) => forever(signal) });
    await test.until(() => test.calls.includes('deliver r-1'));
    test.end.abort(failure('CSC_CANCELLED'));
    const summary = await test.finish();
    expect(rowsOf(test)).toEqual(['r-1 1 failed CSC_CANCELLED Failed']);
    expect([...test.journal.outbox.keys()]).toEqual(['r-1']);
    expect(summary.progress.cost.settledMicros).toBe(PRICE);
    checkEnd(test, summary);
  });

  it('closes what waits for a larger budget, too', async () => {
    const test = startRun({ world: worldOf(5), live: { concurrency: 2, budgetMicros: PRICE } });
    await test.until(() => test.progress().hindrances.length > 0);
    test.end.abort(failure('CSC_CANCELLED'));
    const summary = await test.finish();
    expect(summary.progress.counts).toMatchObject({ found: 5, transcribed: 1, skipped: 4 });
    checkEnd(test, summary);
  });

  it('is one whose login is refused: what is in flight may end, the rest fails', async () => {
    const world = worldOf(200);
    const test = startRun({
      world,
      locate: async ({ conversationId }) => {
        if (conversationId === 'c-9') throw failure('CSC_GENESYS_AUTH');
        return [recordingOf(`r-${conversationId.slice(2)}`)];
      },
      transcribe: async (_, signal) => {
        await test.clock.sleep(3000, signal);
        return [];
      },
    });
    const summary = await test.finish();
    expect(summary).toMatchObject({ ending: 'Failed', error: { code: 'CSC_GENESYS_AUTH', retryable: false } });
    expect(summary.progress.counts.transcribed).toBeGreaterThan(0);
    expect(summary.progress.cost.unknownMicros).toBe(0);
    checkEnd(test, summary);
  });
});
