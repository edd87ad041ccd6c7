/**
 * Whole runs, from the first conversation to the last outcome.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { conversationOf, recordingOf } from '../recording/test-recording.ts';
import { failure, forever, rowsOf, callsOf, checkEnd, journalOf, PRICE, startRun, worldOf } from './test-run.ts';

describe('a run', () => {
  it('transcribes what it finds, once', async () => {
    const test = startRun({ world: worldOf(30) });
    const summary = await test.finish();
    expect(summary).toMatchObject({
      ending: 'Completed',
      progress: {
        counts: { conversations: 30, found: 30, transcribed: 30 },
        cost: { settledMicros: 30 * PRICE, reservedMicros: 0, estimateMicros: 30 * PRICE },
        audioMs: 30 * 60_000,
      },
    });
    checkEnd(test, summary);
    expect(test.outcomes).toHaveLength(30);
    expect(test.clock.pending()).toBe(0);
  });

  it('has an outcome for a window in which nothing is', async () => {
    const test = startRun({ world: [] });
    expect(await test.finish()).toMatchObject({ ending: 'Completed', progress: { counts: { found: 0 } } });
  });

  it('gives every kind of conversation its outcome, and none stops the others', async () => {
    const { endAtMs: _, ...live } = conversationOf('c-live');
    const skipped = recordingOf('r-skipped', { skip: 'CSC_RECORDING_ARCHIVED' });
    const test = startRun({
      world: [
        ...worldOf(2),
        [conversationOf('c-none'), []],
        [live, [recordingOf('r-live')]],
        [skipped.conversation, [skipped]],
        [conversationOf('c-broken'), [recordingOf('r-broken')]],
      ],
      locate: async ({ conversationId }) => {
        if (conversationId === 'c-broken') throw failure('CSC_GENESYS_FORBIDDEN');
        if (conversationId === 'c-none') return [];
        if (conversationId === 'c-skipped') return [skipped];
        return [recordingOf(`r-${conversationId.slice(2)}`)];
      },
      transcribe: async (recordingId) => {
        if (recordingId === 'r-2') throw failure('CSC_STT_REJECTED');
        return [];
      },
    });
    const summary = await test.finish();
    expect(rowsOf(test).toSorted()).toEqual([
      '- 0 failed CSC_GENESYS_FORBIDDEN Failed',
      '- 0 skipped CSC_CONVERSATION_NOT_ENDED Skipped',
      '- 0 skipped CSC_NO_RECORDING NoRecording',
      'r-1 1 success  Transcribed',
      'r-2 1 failed CSC_STT_REJECTED Failed',
      'r-skipped 0 skipped CSC_RECORDING_ARCHIVED Skipped',
    ]);
    expect(summary.progress.counts).toMatchObject({ found: 6, transcribed: 1, skipped: 2, failed: 2, noRecording: 1 });
    checkEnd(test, summary);
  });

  it('has no more in flight than concurrency says, also when that changes', async () => {
    const test = startRun({ world: worldOf(40), transcribe: (_, signal) => forever(signal), live: { concurrency: 3 } });
    await test.until(() => test.inFlight() === 3);
    await test.clock.advance(5000);
    expect(test.inFlight()).toBe(3);
    test.configure({ concurrency: 7 });
    await test.until(() => test.inFlight() === 7);
    test.end.abort(new Error('enough'));
    await test.finish();
  });

  it('looks ahead no further than the workers can follow', async () => {
    let asked = 0;
    const world = worldOf(5000);
    const test = startRun({
      world,
      async *find() {
        for (const [conversation] of world) {
          asked += 1;
          yield conversation;
        }
      },
      transcribe: (_, signal) => forever(signal),
    });
    await test.until(() => test.inFlight() === 4);
    await test.clock.advance(60_000);
    expect(asked).toBeLessThan(60);
    test.end.abort(new Error('enough'));
    await test.finish();
  });
});

describe('a run that is drained', () => {
  it('lets end what is in flight, begins nothing, and leaves the rest to a later attempt', async () => {
    const test = startRun({
      world: worldOf(30),
      transcribe: async (_, signal) => {
        await test.clock.sleep(2000, signal);
        return [];
      },
    });
    await test.until(() => test.inFlight() === 4);
    test.drain.abort(new Error('suspended'));
    const summary = await test.finish();
    expect(summary).toMatchObject({ ending: 'Drained', progress: { counts: { transcribed: 4, inProgress: 0 } } });
    expect(callsOf(test, 'transcribe')).toHaveLength(4);
    expect(test.journal.open.size).toBe(0);

    const resumed = startRun({ world: worldOf(30), journal: journalOf(test.journal) });
    const last = await resumed.finish();
    expect(last.progress.counts).toMatchObject({ found: 30, transcribed: 30 });
    expect(callsOf(resumed, 'transcribe')).toHaveLength(26);
    checkEnd(resumed, last);
  });

  it('does not wait for recordings that are not ready', async () => {
    const test = startRun({ world: worldOf(3), locate: (_, signal) => forever(signal) });
    await test.until(() => test.calls.length === 3);
    const beforeMs = test.clock.now();
    test.drain.abort(new Error('suspended'));
    expect(await test.finish()).toMatchObject({ ending: 'Drained', progress: { counts: { found: 0 } } });
    expect(test.clock.now() - beforeMs).toBeLessThan(2000);
  });

  it('is complete all the same when there was nothing left to do', async () => {
    const test = startRun({
      world: worldOf(1),
      transcribe: async (_, signal) => {
        await test.clock.sleep(5000, signal);
        return [];
      },
    });
    await test.until(() => test.inFlight() === 1);
    await test.clock.advance(2000);
    test.drain.abort(new Error('suspended'));
    expect(await test.finish()).toMatchObject({ ending: 'Completed', progress: { counts: { transcribed: 1 } } });
  });

  it('hands back what only waited to be let in by the service', async () => {
    const test = startRun({
      world: worldOf(1),
      transcribe: async () => {
        throw failure('CSC_STT_RATE_LIMITED');
      },
    });
    await test.until(() => test.journal.open.size === 1 && test.clock.pending() > 0);
    test.drain.abort(new Error('suspended'));
    const summary = await test.finish();
    expect(summary).toMatchObject({ ending: 'Drained', progress: { cost: { reservedMicros: 0, unknownMicros: 0 } } });
    expect(test.journal.open.size).toBe(0);
    expect(test.journal.all).toEqual([]);
  });
});

describe('a dry run', () => {
  it('finds and prices everything, and sends nothing', async () => {
    const test = startRun({ world: worldOf(6), settings: { dryRun: true } });
    const summary = await test.finish();
    expect(summary).toMatchObject({
      ending: 'Completed',
      progress: { counts: { found: 6, skipped: 6 }, cost: { settledMicros: 0, estimateMicros: 6 * PRICE } },
    });
    expect(test.calls.filter((call) => !call.startsWith('locate'))).toEqual([]);
    expect(new Set(test.journal.all.map(({ errorCode }) => errorCode))).toEqual(new Set(['CSC_DRY_RUN']));
    checkEnd(test, summary);
  });
});
