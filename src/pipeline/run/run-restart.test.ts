/**
 * Runs that several attempts work on.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../errors.ts';
import { heldOf, reservationOf, rowWith } from '../recording/test-recording.ts';
import { failure, forever, rowsOf, callsOf, checkEnd, journalOf, PRICE, startRun, worldOf } from './test-run.ts';

describe('a run that meets a passing error of its own', () => {
  it('lets end what is in flight, and leaves the rest to a later attempt', async () => {
    const world = worldOf(6);
    const test = startRun({
      world,
      async *find() {
        yield* world.slice(0, 3).map(([conversation]) => conversation);
        await test.clock.sleep(1000);
        throw failure('CSC_GENESYS_UNAVAILABLE', 'the second page');
      },
      transcribe: async (_, signal) => {
        await test.clock.sleep(5000, signal);
        return [];
      },
    });
    const summary = await test.finish();
    expect(summary).toMatchObject({
      ending: 'Failed',
      error: { code: 'CSC_GENESYS_UNAVAILABLE', message: 'the second page', retryable: true },
      progress: { counts: { transcribed: 3 }, cost: { unknownMicros: 0 } },
    });
    const resumed = startRun({ world, journal: journalOf(test.journal) });
    checkEnd(resumed, await resumed.finish());
  });

  it.each<ErrorCode>(['CSC_LEDGER_FENCED', 'CSC_LEDGER_UNAVAILABLE'])(
    'ends everything at once where the books cannot be kept: %s',
    async (code) => {
      const test = startRun({
        world: worldOf(20),
        transcribe: async (recordingId, signal) => {
          if (recordingId !== 'r-1') return forever(signal);
          test.journal.broken = failure(code);
          return [];
        },
      });
      const summary = await test.finish();
      expect(summary).toMatchObject({ ending: 'Failed', error: { code } });
      expect(test.journal.all).toEqual([]);
    },
  );

  it('says so also when it was to be cancelled: nothing is closed that is not written', async () => {
    const test = startRun({ world: worldOf(3), transcribe: (_, signal) => forever(signal) });
    await test.until(() => test.inFlight() === 3);
    test.journal.broken = failure('CSC_LEDGER_UNAVAILABLE');
    test.end.abort(failure('CSC_CANCELLED'));
    expect(await test.finish()).toMatchObject({ ending: 'Failed', error: { code: 'CSC_LEDGER_UNAVAILABLE' } });
  });

  it.each<ErrorCode>(['CSC_SECRET_NOT_FOUND', 'CSC_SECRET_UNAVAILABLE', 'CSC_SECRET_INVALID'])(
    'does not take %s for the failure of one conversation',
    async (code) => {
      const test = startRun({ world: worldOf(3), locate: () => Promise.reject(failure(code)) });
      expect(await test.finish()).toMatchObject({
        ending: 'Failed',
        error: { code },
        progress: { counts: { found: 0 } },
      });
    },
  );
});

describe('a run that was interrupted before', () => {
  it('pays for nothing again that has its outcome, and uses the attempts that are left', async () => {
    const journal = journalOf();
    journal.all.push(rowWith());
    for (const attempt of [1, 2]) {
      journal.all.push(
        rowWith({ recordingId: 'r-2', conversationId: 'c-2', attempt, outcome: '', status: 'failed', costMicros: 0 }),
      );
    }
    journal.open.set('c-3/r-3#3', reservationOf({ recordingId: 'r-3', conversationId: 'c-3', attempt: 3 }));
    const test = startRun({ world: worldOf(3), journal: journalOf(journal) });
    const summary = await test.finish();
    expect(callsOf(test, 'transcribe')).toEqual(['transcribe r-2']);
    expect(rowsOf(test).slice(-2)).toEqual(['r-3 3 failed CSC_ATTEMPT_UNKNOWN Failed', 'r-2 3 success  Transcribed']);
    checkEnd(test, summary);
  });

  it('gives what is not there any more the error that it had', async () => {
    const journal = journalOf();
    journal.all.push(rowWith({ outcome: '', status: 'failed', costMicros: 0, errorCode: 'CSC_MEDIA_UNAVAILABLE' }));
    const test = startRun({ world: [], journal: journalOf(journal) });
    const summary = await test.finish();
    expect(rowsOf(test).at(-1)).toBe('r-1 1 failed CSC_MEDIA_UNAVAILABLE Failed');
    checkEnd(test, summary);
  });

  it('delivers what it paid for without paying again', async () => {
    const journal = journalOf();
    const held = heldOf({ reservedMicros: PRICE });
    journal.outbox.set('r-1', held);
    journal.open.set('c-1/r-1#1', held.reservation);
    const test = startRun({ world: worldOf(2), journal: journalOf(journal) });
    const summary = await test.finish();
    expect(test.calls.filter((call) => !call.startsWith('locate'))).toEqual([
      'deliver r-1',
      'fetch r-2',
      'transcribe r-2',
      'deliver r-2',
    ]);
    expect(summary.progress.cost.settledMicros).toBe(2 * PRICE);
    expect(test.journal.outbox.size).toBe(0);
    checkEnd(test, summary);
  });
});
