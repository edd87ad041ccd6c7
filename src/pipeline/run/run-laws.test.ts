/**
 * What holds for every run, whatever happens to it.
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../errors.ts';
import { recordingOf } from '../recording/test-recording.ts';
import { failure, checkEnd, journalOf, startRun, type TestRun } from './test-run.ts';

/** What may happen to a recording, and to its run. */
const fates = fc.record({
  speech: fc.array(
    fc.constantFrom<ErrorCode | 'fine'>(
      'fine',
      'fine',
      'CSC_STT_TIMEOUT',
      'CSC_STT_UNAVAILABLE',
      'CSC_STT_REJECTED',
      'CSC_STT_PROTOCOL',
      'CSC_STT_RATE_LIMITED',
    ),
    { maxLength: 30 },
  ),
  delivery: fc.array(fc.constantFrom<ErrorCode | 'fine'>('fine', 'CSC_DELIVERY_UNAVAILABLE', 'CSC_DELIVERY_REJECTED'), {
    maxLength: 12,
  }),
  lengths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }),
  budget: fc.nat(40),
  /** Each ends an attempt at the run after so many half seconds. */
  ends: fc.array(fc.tuple(fc.constantFrom('drain', 'release'), fc.nat(12)), { maxLength: 3 }),
});

describe('whatever happens', () => {
  it('the budget holds, each recording has one outcome, and the books add up', async () => {
    const property = fc.asyncProperty(fates, async ({ speech, delivery, lengths, budget, ends }) => {
      const [said, taken] = [[...speech], [...delivery]];
      const world = lengths.map((length, index) => {
        const recording = recordingOf(`r-${index + 1}`, { announcedDurationMs: length });
        return [recording.conversation, [recording]] as const;
      });
      const start = (journal = journalOf()): TestRun => {
        const test: TestRun = startRun({
          world,
          journal,
          live: { concurrency: 3, budgetMicros: budget },
          transcribe: async (_, signal) => {
            await test.clock.sleep(700, signal);
            const next = said.shift() ?? 'fine';
            if (next !== 'fine') throw failure(next);
            return [];
          },
          deliver: async () => {
            const next = taken.shift() ?? 'fine';
            if (next !== 'fine') throw failure(next);
          },
        });
        return test;
      };
      let test = start();
      for (const [how, steps] of ends) {
        await test.clock.advance(steps * 500);
        (how === 'drain' ? test.drain : test.end).abort(new Error(how));
        await test.finish();
        expect(test.journal.violations).toEqual([]);
        test = start(journalOf(test.journal));
      }
      await test.clock.advance(900_000);
      if (!test.hasEnded()) test.end.abort(failure('CSC_CANCELLED'));
      const summary = await test.finish();
      checkEnd(test, summary);
      expect(test.journal.committedMicros()).toBeLessThanOrEqual(budget);
      expect(summary.progress.counts.found).toBe(lengths.length);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
