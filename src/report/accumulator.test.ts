import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../pipeline/plan.ts';
import { rowWith } from '../pipeline/recording/test-recording.ts';
import type { Row } from '../pipeline/types.ts';
import { accumulate, accumulated, createAccumulator } from './accumulator.ts';
import { DIMENSIONS, OTHERS } from './dimensions.ts';
import { dayOfRows } from './test-rows.ts';
import { totalsOf } from './totals.ts';

const pieces = (rows: readonly Row[], dimension: (typeof DIMENSIONS)[number], limit = 100) =>
  accumulate(rows, 'UTC').pieces(dimension, limit);
const keys = (dimension: (typeof DIMENSIONS)[number]) => pieces(dayOfRows, dimension).map(({ key }) => key);

const journalWith = (rows: readonly Row[], broken = false): Journal => {
  const write = async (): Promise<void> => {
    if (broken) throw new Error('fenced');
  };
  return {
    rows: () => rows,
    held: () => [],
    reserve: write,
    settle: write,
    handBack: write,
    hold: write,
    forget: write,
  };
};

describe('the pieces of an accumulator', () => {
  it.each([
    ['day', ['2026-11-24', '2026-11-25']],
    ['callDay', ['2026-11-24']],
    ['queue', ['q-1', '=HYPERLINK("https://example.com")', '']],
    ['campaign', ['camp-1', 'camp-2']],
    ['division', ['d-1']],
    ['agent', ['h:0123456789abcdef', '']],
    ['provider', ['generic phone_call']],
    ['outcome', ['Transcribed', 'Failed', 'NoRecording', 'Skipped']],
    [
      'reason',
      [
        '',
        'CSC_STT_PROTOCOL',
        'CSC_STT_TIMEOUT',
        'CSC_ALREADY_TRANSCRIBED',
        'CSC_MEDIA_SILENT',
        'CSC_NO_RECORDING',
        'CSC_STT_REJECTED',
      ],
    ],
  ] as const)('cuts by %s, days in order and everything else by its cost', (dimension, expected) => {
    expect(keys(dimension)).toEqual(expected);
  });

  it('counts the cost of every attempt to the outcome of its recording', () => {
    const [transcribed] = pieces(dayOfRows, 'outcome');
    expect(transcribed?.totals).toMatchObject({ settledMicros: 12_200, unknownMicros: 4100 });
  });

  it('counts recordings that were sent, however often', () => {
    const open = rowWith({ recordingId: 'r-9', outcome: '', status: 'unknown' });
    expect(accumulate(dayOfRows, 'UTC').sentRecordings()).toBe(4);
    expect(accumulate([...dayOfRows, open, { ...open, attempt: 2 }], 'UTC').sentRecordings()).toBe(5);
  });

  it('takes rows from a journal when they are safe, those of earlier attempts among them', async () => {
    const [first, ...others] = dayOfRows;
    const sums = createAccumulator('UTC');
    const journal = accumulated(journalWith(first ? [first] : []), sums);
    for (const row of others) await journal.settle(row);
    expect(sums.totals).toEqual(accumulate(dayOfRows, 'UTC').totals);
    await expect(accumulated(journalWith([], true), sums).settle(rowWith())).rejects.toThrow('fenced');
    expect(sums.totals).toEqual(accumulate(dayOfRows, 'UTC').totals);
  });

  it('keeps an attempt apart whose recording has no outcome yet', () => {
    expect(pieces([rowWith({ outcome: '', status: 'unknown' })], 'outcome').map(({ key }) => key)).toEqual(['Pending']);
  });

  it('has an end, and the rest in one piece', () => {
    const many = Array.from({ length: 30 }, (_, index) => rowWith({ queueId: `q-${index}`, costMicros: index }));
    const some = pieces(many, 'queue', 10);
    expect(some.map(({ key }) => key)).toEqual([
      'q-29',
      'q-28',
      'q-27',
      'q-26',
      'q-25',
      'q-24',
      'q-23',
      'q-22',
      'q-21',
      OTHERS,
    ]);
    expect(some.reduce((sum, { totals }) => sum + totals.settledMicros, 0)).toBe(435);
  });

  it('adds up to the whole in every way of cutting', () => {
    const key = fc.constantFrom('', 'a', 'b', 'c', 'd');
    const rows = fc.array(
      fc
        .record({
          recordingId: key,
          queueId: key,
          campaignId: key,
          agent: key,
          atMs: fc.nat(4e12),
          costMicros: fc.nat(9999),
          costUnknownMicros: fc.nat(9999),
        })
        .map((some) => rowWith(some)),
    );
    fc.assert(
      fc.property(rows, fc.constantFrom(...DIMENSIONS), fc.integer({ min: 2, max: 6 }), (some, dimension, limit) => {
        const cut = pieces(some, dimension, limit);
        const sum = (of: 'settledMicros' | 'unknownMicros'): number =>
          cut.reduce((total, { totals }) => total + totals[of], 0);
        const whole = totalsOf(some);
        expect(cut.length).toBeLessThanOrEqual(limit);
        expect([sum('settledMicros'), sum('unknownMicros')]).toEqual([whole.settledMicros, whole.unknownMicros]);
      }),
    );
  });
});
