/**
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowWith } from '../recording/test-recording.ts';
import type { Outcome, Row } from '../types.ts';
import { createTally, keyOf } from './tally.ts';

const KEY = 'c-1/r-1';
const failed = (attempt: number, more: Partial<Row> = {}): Row =>
  rowWith({ attempt, status: 'failed', outcome: '', costMicros: 0, errorCode: 'CSC_STT_UNAVAILABLE', ...more });

describe('createTally', () => {
  it('knows what is final and what was only tried', () => {
    const tally = createTally([failed(1), failed(2)]);
    expect([tally.isFinal(KEY), tally.attemptsOf(KEY), tally.finals()]).toEqual([false, 2, 0]);
    tally.add(rowWith({ attempt: 3 }));
    expect([tally.isFinal(KEY), tally.attemptsOf(KEY), tally.finals()]).toEqual([true, 0, 1]);
    expect(tally.outcomes).toEqual({ Transcribed: 1, Skipped: 0, Failed: 0, NoRecording: 0 });
  });

  it.each([
    ['in order', [1, 2, 3]],
    ['from shards that were written side by side', [2, 3, 1]],
  ])('takes the last attempt of rows %s', (_, attempts) => {
    const tally = createTally(attempts.map((attempt) => failed(attempt)));
    expect(tally.attemptsOf(KEY)).toBe(3);
    expect(tally.unfinished()).toMatchObject([{ attempt: 3 }]);
  });

  it('does not take an attempt for open that comes behind its outcome', () => {
    const tally = createTally([rowWith({ attempt: 2 }), failed(1)]);
    expect(tally.unfinished()).toEqual([]);
    expect(tally.attemptsOf(KEY)).toBe(0);
  });

  it('counts a recording once, however many outcomes the report has of it', () => {
    const tally = createTally([rowWith(), rowWith({ outcome: 'Failed', status: 'failed' })]);
    expect([tally.finals(), tally.outcomes.Transcribed, tally.outcomes.Failed]).toEqual([1, 1, 0]);
  });

  it('tells recordings from conversations that have none', () => {
    const none = rowWith({ recordingId: '', attempt: 0, status: 'skipped', outcome: 'NoRecording', costMicros: 0 });
    const tally = createTally([rowWith(), { ...none, conversationId: 'c-2' }, { ...none, conversationId: 'c-3' }]);
    expect([tally.finals(), tally.finalRecordings()]).toEqual([3, 1]);
  });

  it.each<[string, Partial<Row>, audioMs: number]>([
    ['a success', {}, 61_500],
    ['a failure that was billed', { status: 'failed', costMicros: 5 }, 61_500],
    ['an attempt that may have been billed', { status: 'unknown', costMicros: 0, costUnknownMicros: 5 }, 61_500],
    ['a success without a price', { costMicros: 0 }, 61_500],
    ['a failure for free', { status: 'failed', costMicros: 0 }, 0],
    ['what was left out', { status: 'skipped', costMicros: 0 }, 0],
  ])('counts as audio that was sent: %s', (_, more, audioMs) => {
    expect(createTally([rowWith(more)]).sums.audioMs).toBe(audioMs);
  });
});

const rows = fc.array(
  fc.record({
    recordingId: fc.constantFrom('', 'r-1', 'r-2', 'r-3'),
    conversationId: fc.constantFrom('c-1', 'c-2'),
    attempt: fc.nat(4),
    costMicros: fc.nat(9),
    costUnknownMicros: fc.nat(9),
    outcome: fc.constantFrom<Outcome | ''>('', '', 'Transcribed', 'Skipped', 'Failed', 'NoRecording'),
  }),
);

describe('whatever rows there are', () => {
  it('outcomes add up to what is final, money to the columns, and one at a time is the same as all at once', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const all = some.map((more) => rowWith(more));
        const tally = createTally(all);
        const { Transcribed, Skipped, Failed, NoRecording } = tally.outcomes;
        expect(Transcribed + Skipped + Failed + NoRecording).toBe(tally.finals());
        expect(tally.sums.settledMicros).toBe(all.reduce((sum, row) => sum + row.costMicros, 0));
        expect(tally.sums.unknownMicros).toBe(all.reduce((sum, row) => sum + row.costUnknownMicros, 0));
        for (const row of tally.unfinished()) expect(tally.isFinal(keyOf(row))).toBe(false);
        const grown = createTally([]);
        for (const row of all) grown.add(row);
        expect([grown.outcomes, grown.sums, grown.unfinished()]).toEqual([
          tally.outcomes,
          tally.sums,
          tally.unfinished(),
        ]);
      }),
    );
  });
});
