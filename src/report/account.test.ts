import { describe, expect, it } from 'vitest';
import type { Counts } from '../pipeline/plan.ts';
import { accountOf } from './account.ts';
import { accumulate } from './accumulator.ts';
import { dayOfRows } from './test-rows.ts';

const sums = accumulate(dayOfRows, 'UTC');

const counts = (more: Partial<Counts> = {}): Counts => ({
  conversations: 8,
  found: 8,
  pending: 0,
  inProgress: 0,
  transcribed: 3,
  skipped: 2,
  failed: 2,
  noRecording: 1,
  ...more,
});

describe('accountOf', () => {
  it('has all that was found, and the reason of each', () => {
    expect(accountOf(sums, counts())).toEqual({
      found: 8,
      transcribed: 3,
      skipped: 2,
      failed: 2,
      noRecording: 1,
      open: 0,
      reasons: [
        { outcome: 'Transcribed', reason: '', count: 3 },
        { outcome: 'Skipped', reason: 'CSC_ALREADY_TRANSCRIBED', count: 1 },
        { outcome: 'Skipped', reason: 'CSC_MEDIA_SILENT', count: 1 },
        { outcome: 'NoRecording', reason: 'CSC_NO_RECORDING', count: 1 },
        { outcome: 'Failed', reason: 'CSC_STT_PROTOCOL', count: 1 },
        { outcome: 'Failed', reason: 'CSC_STT_REJECTED', count: 1 },
      ],
      addsUp: true,
    });
  });

  it('counts what has no outcome yet', () => {
    expect(accountOf(sums, counts({ found: 11, pending: 2, inProgress: 1 }))).toMatchObject({
      open: 3,
      addsUp: true,
    });
  });

  it('says so where something is missing, or there twice', () => {
    expect(accountOf(sums, counts({ found: 9 })).addsUp).toBe(false);
    const [first] = dayOfRows;
    const twice = first ? [...dayOfRows, first] : [];
    expect(accountOf(accumulate(twice, 'UTC'), counts()).addsUp).toBe(false);
  });
});
