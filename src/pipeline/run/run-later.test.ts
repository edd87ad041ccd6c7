/**
 * What is not ready when the window is read, and what is there twice.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Conversation, Recording } from '../types.ts';
import { conversationOf, recordingOf, rowWith } from '../recording/test-recording.ts';
import type { Located } from './context.ts';
import { callsOf, checkEnd, failure, forever, journalOf, rowsOf, startRun, worldOf } from './test-run.ts';

const notReady = (conversation: Conversation, otherwise: readonly Located[] = []): Located => ({
  kind: 'Later',
  conversation,
  wait: 'Ready',
  otherwise,
});

const live = (conversation: Conversation): Conversation => {
  const { endAtMs: _, ...rest } = conversation;
  return rest;
};

describe('a recording that is not ready', () => {
  const uploading = (readyAfter: number) => {
    let looks = 0;
    return async (conversation: Conversation): Promise<readonly (Located | Recording)[]> => {
      const recording = recordingOf(`r-${conversation.conversationId.slice(2)}`, { conversation });
      if (conversation.conversationId !== 'c-1') return [recording];
      looks += 1;
      if (looks > readyAfter) return [recording];
      const skipped = { ...recording, skip: 'CSC_RECORDING_NOT_READY' as const };
      return [notReady(conversation, [{ kind: 'Recording', recording: skipped }])];
    };
  };

  it('is asked for again when the window was read, and does not stop the others', async () => {
    const test = startRun({ world: worldOf(3), locate: uploading(3) });
    await test.until(() => test.progress().counts.transcribed === 2);
    expect(test.progress().counts).toMatchObject({ conversations: 3, found: 3, pending: 1 });
    expect(test.progress().recordings.some(({ stage }) => stage === 'Settle')).toBe(true);
    const summary = await test.finish();
    expect(summary).toMatchObject({ ending: 'Completed', progress: { counts: { found: 3, transcribed: 3 } } });
    expect(callsOf(test, 'locate c-1')).toHaveLength(4);
    checkEnd(test, summary);
  });

  it('fails when its time is over', async () => {
    const test = startRun({ world: worldOf(2), locate: uploading(1000) });
    const startedAtMs = test.clock.now();
    const summary = await test.finish();
    expect(rowsOf(test)).toEqual(['r-2 1 success  Transcribed', 'r-1 0 failed CSC_RECORDING_NOT_READY Failed']);
    expect(test.clock.now() - startedAtMs).toBeGreaterThan(590_000);
    expect(test.clock.now() - startedAtMs).toBeLessThan(680_000);
    checkEnd(test, summary);
  });

  it('has no second look where another one of its conversation is taken and done', async () => {
    let looks = 0;
    const test = startRun({
      world: worldOf(1),
      locate: async (conversation) => {
        looks += 1;
        const first = recordingOf('r-1', { conversation });
        const second = recordingOf('r-2', { conversation });
        return looks < 3 ? [first, notReady(conversation)] : [first, second];
      },
    });
    const summary = await test.finish();
    expect(rowsOf(test)).toEqual(['r-1 1 success  Transcribed', 'r-2 1 success  Transcribed']);
    checkEnd(test, summary);
  });

  it('is not begun twice while it waits for a larger budget', async () => {
    let looks = 0;
    const test = startRun({
      world: worldOf(1),
      live: { concurrency: 2, budgetMicros: 10 },
      locate: async (conversation) => {
        looks += 1;
        return [recordingOf('r-1', { conversation }), ...(looks < 4 ? [notReady(conversation)] : [])];
      },
    });
    await test.until(() => looks === 4);
    test.configure({ concurrency: 2 });
    const summary = await test.finish();
    expect(callsOf(test, 'transcribe')).toEqual(['transcribe r-1']);
    checkEnd(test, summary);
  });

  it('has its outcome in a run that is cancelled', async () => {
    const test = startRun({ world: worldOf(1), locate: uploading(1000) });
    await test.until(() => test.progress().counts.pending === 1);
    test.end.abort(failure('CSC_CANCELLED'));
    const summary = await test.finish();
    expect(rowsOf(test)).toEqual(['- 0 skipped CSC_CANCELLED Skipped']);
    checkEnd(test, summary);
  });

  it('is left to a later attempt in a run that is drained', async () => {
    const test = startRun({ world: worldOf(1), locate: uploading(1000) });
    await test.until(() => test.progress().counts.pending === 1);
    test.drain.abort(new Error('suspended'));
    expect(await test.finish()).toMatchObject({ ending: 'Drained' });
    expect(rowsOf(test)).toEqual([]);
    const resumed = startRun({ world: worldOf(1), journal: journalOf(test.journal) });
    expect(await resumed.finish()).toMatchObject({ progress: { counts: { found: 1, transcribed: 1 } } });
  });
});

describe('a conversation that had not ended', () => {
  const world = [[live(conversationOf('c-1')), [recordingOf('r-1')]], ...worldOf(3).slice(1)] as const;

  it('is looked at once more at the end of the run, and done where it has ended', async () => {
    const test = startRun({
      world,
      refind: () => [conversationOf('c-1')],
      transcribe: async () => {
        await test.clock.sleep(5000);
        return [];
      },
    });
    await test.until(() => test.inFlight() > 0);
    expect(test.progress().counts).toMatchObject({ found: 3, pending: 1 });
    const summary = await test.finish();
    expect(rowsOf(test).at(-1)).toBe('r-1 1 success  Transcribed');
    expect(summary.progress.counts).toMatchObject({ conversations: 3, found: 3, transcribed: 3 });
    checkEnd(test, summary);
  });

  it('is left out where it still goes on', async () => {
    const test = startRun({ world });
    const summary = await test.finish();
    expect(rowsOf(test).at(-1)).toBe('- 0 skipped CSC_CONVERSATION_NOT_ENDED Skipped');
    expect(summary.progress.reasons).toEqual({ CSC_CONVERSATION_NOT_ENDED: 1 });
    checkEnd(test, summary);
  });

  it('does not keep a run alive that is drained', async () => {
    const test = startRun({ world, transcribe: (_, signal) => forever(signal) });
    await test.until(() => test.inFlight() > 0);
    test.drain.abort(new Error('suspended'));
    test.end.abort(new Error('released'));
    expect(await test.finish()).toMatchObject({ ending: 'Aborted' });
    expect(rowsOf(test)).toEqual([]);
  });

  it('is left alone where the run takes no more', async () => {
    const test = startRun({ world, settings: { maxRecordings: 2 } });
    const summary = await test.finish();
    expect(summary.progress.counts).toMatchObject({ found: 2, transcribed: 2 });
    checkEnd(test, summary);
  });
});

describe('a recording of two conversations', () => {
  const shared = (conversationId: string): Recording =>
    recordingOf('r-s', { conversation: conversationOf(conversationId) });
  const world = [
    [conversationOf('c-1'), [shared('c-1')]],
    [conversationOf('c-2'), [shared('c-2')]],
  ] as const;

  it('is transcribed once', async () => {
    const test = startRun({ world });
    const summary = await test.finish();
    expect(rowsOf(test).toSorted()).toEqual([
      'r-s 0 skipped CSC_RECORDING_SHARED Skipped',
      'r-s 1 success  Transcribed',
    ]);
    checkEnd(test, summary);
  });

  it('also where an earlier attempt did the one half', async () => {
    const journal = journalOf();
    journal.all.push(rowWith({ recordingId: 'r-s', conversationId: 'c-2' }));
    const test = startRun({ world, journal: journalOf(journal) });
    await test.finish();
    expect(callsOf(test, 'transcribe')).toEqual([]);
    expect(rowsOf(test).at(-1)).toBe('r-s 0 skipped CSC_RECORDING_SHARED Skipped');
  });

  it('is not lost where an earlier attempt had only left out the other half', async () => {
    const journal = journalOf();
    const omitted = {
      status: 'skipped',
      outcome: 'Skipped',
      errorCode: 'CSC_RECORDING_SHARED',
      costMicros: 0,
    } as const;
    journal.all.push(rowWith({ recordingId: 'r-s', conversationId: 'c-2', attempt: 0, ...omitted }));
    const test = startRun({ world, journal: journalOf(journal) });
    await test.finish();
    expect(callsOf(test, 'transcribe')).toEqual(['transcribe r-s']);
  });
});
