/**
 * What a run takes of what it finds.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { conversationOf, recordingOf, reservationOf, rowWith } from '../recording/test-recording.ts';
import { rowsOf, checkEnd, journalOf, startRun, worldOf } from './test-run.ts';

describe('maxRecordings', () => {
  it('takes so many recordings and not one more, however many are located at the same time', async () => {
    const test = startRun({ world: worldOf(50), settings: { maxRecordings: 5 } });
    const summary = await test.finish();
    expect(summary.progress.counts).toMatchObject({ found: 5, transcribed: 5 });
    checkEnd(test, summary);
  });

  it('counts skipped recordings, and not conversations without one', async () => {
    const skipped = recordingOf('r-s', { skip: 'CSC_RECORDING_DELETED' });
    const test = startRun({
      world: [
        [conversationOf('c-x'), []],
        [conversationOf('c-y'), []],
        [skipped.conversation, [skipped]],
        ...worldOf(20),
      ],
      settings: { maxRecordings: 3 },
    });
    const summary = await test.finish();
    expect(summary.progress.counts).toMatchObject({ transcribed: 2, skipped: 1, noRecording: 2 });
    checkEnd(test, summary);
  });

  it('counts what an earlier attempt began, and looks for it', async () => {
    const journal = journalOf();
    journal.all.push(rowWith());
    const open = reservationOf({ recordingId: 'r-19', conversationId: 'c-19' });
    journal.open.set('c-19/r-19#1', open);
    const test = startRun({ world: worldOf(20), settings: { maxRecordings: 2 }, journal: journalOf(journal) });
    const summary = await test.finish();
    expect(rowsOf(test)).toEqual([
      'r-1 1 success  Transcribed',
      'r-19 1 unknown CSC_ATTEMPT_UNKNOWN ',
      'r-19 2 success  Transcribed',
    ]);
    checkEnd(test, summary);
  });
});
