/**
 * @module
 */
import fc from 'fast-check';
import { NO_CALLS } from '../../pipeline/plan.ts';
import { describe, expect, it } from 'vitest';
import type { TranscriptionRun, TranscriptionRunStatus } from '../../api/types.ts';
import type { RecordingProgress } from '../../pipeline/plan.ts';
import type { Verdict } from './decide.ts';
import type { Phase, WorkerFacts } from './facts.ts';
import { statusOf } from './status.ts';
import {
  begun,
  costOf,
  countsOf,
  endedWith,
  iso,
  NOW_MS,
  progressOf,
  recordingOf,
  runOf,
  summaryOf,
  WINDOW,
  workerOf,
} from './test-facts.ts';

const verdict = (phase: Phase, more: Partial<Verdict> = {}): Verdict => ({
  phase,
  reason: phase,
  message: 'because',
  ...more,
});

const status = (run: TranscriptionRun, said: Verdict, worker?: WorkerFacts): TranscriptionRunStatus =>
  statusOf(run, said, { worker, nowMs: NOW_MS });

const cost = costOf({ settledMicros: 823_000, reservedMicros: 16_000, estimateMicros: 999_000 });

describe('the status of a run', () => {
  it('is what the attempt knows', () => {
    const progress = progressOf({
      counts: countsOf({ pending: 4, inProgress: 4, transcribed: 40, skipped: 1, failed: 1 }),
      cost,
      audioMs: 12_345_678,
      genesys: { ...NO_CALLS, login: 1, recording: 50, transcript: 6 },
      recordings: [
        recordingOf({ state: 'InProgress', stage: 'Transcribe' }),
        recordingOf({ recordingId: '', state: 'Failed', error: { code: 'CSC_GENESYS_FORBIDDEN', message: 'no' } }),
      ],
    });
    const report = { name: 'nightly-report', shards: 1, rows: 42, head: 'ab'.repeat(32) };
    const said = verdict('Running', { window: WINDOW, startAtMs: NOW_MS - 60_001 });
    const run = runOf({ cost: { budget: '5.00' } });
    expect(status(run, said, workerOf({ progress, report }))).toMatchObject({
      observedGeneration: 3,
      phase: 'Running',
      window: { from: '2026-11-23T00:00:00.000Z', to: '2026-11-24T00:00:00.000Z' },
      startTime: '2026-11-24T23:58:59Z',
      progress: '42/50',
      counts: {
        conversations: 50,
        found: 50,
        pending: 4,
        inProgress: 4,
        transcribed: 40,
        skipped: 1,
        failed: 1,
        noRecording: 0,
      },
      audioSeconds: '12345.678',
      cost: {
        currency: 'USD',
        settled: '0.8230',
        reserved: '0.0160',
        unknown: '0.0000',
        estimate: '0.9990',
        budget: '5.00',
      },
      genesys: { requests: 57 },
      recordings: [
        {
          recordingID: 'r-1',
          conversationID: 'c-1',
          state: 'InProgress',
          stage: 'Transcribe',
          attempt: 1,
          durationSeconds: '61.500',
          cost: '0.0041',
          since: '2026-11-24T23:59:55Z',
        },
        { recordingID: '', error: { code: 'CSC_GENESYS_FORBIDDEN', message: 'no' } },
      ],
      report,
    });
  });

  it('says nothing about what is not known yet', () => {
    const keys = Object.keys(status(runOf(), verdict('Pending'))).toSorted();
    expect(keys).toEqual(['conditions', 'observedGeneration', 'phase']);
  });

  it('keeps what it said where the attempt has nothing to say, but for the budget', () => {
    const before = begun(5000, { progress: '1/2', cost: { settled: '0.1000', budget: '1' } });
    const after = status(runOf({ cost: { budget: '2' } }, before), verdict('Running'), workerOf());
    expect(after).toMatchObject({ progress: '1/2', cost: { settled: '0.1000', budget: '2' } });
    expect(status(runOf({}, before), verdict('Running')).cost).toEqual({ settled: '0.1000' });
  });

  it('never has less than it had while the run goes on: what is not found again yet is pending', () => {
    const before = begun(5000, {
      counts: { ...countsOf({ pending: 10, inProgress: 4, transcribed: 36 }), conversations: 48 },
    });
    const counts = countsOf({ pending: 1, transcribed: 36, failed: 2 });
    const after = status(runOf({}, before), verdict('Running'), workerOf({ progress: progressOf({ counts }) }));
    expect(after.counts).toEqual({ ...countsOf({ pending: 12, transcribed: 36, failed: 2 }), conversations: 48 });
    expect(after.progress).toBe('38/50');
  });

  it('takes the truth at the end, though it is less', () => {
    const before = begun(5000, { counts: countsOf({ pending: 2, transcribed: 48 }) });
    const worker = endedWith({ progress: progressOf({ counts: countsOf({ transcribed: 48 }) }) });
    const after = status(runOf({}, before), verdict('Succeeded', { completeAtMs: NOW_MS }), worker);
    expect(after).toMatchObject({ progress: '48/48', counts: { found: 48, pending: 0 } });
  });
});

describe('the end of a run', () => {
  it('has its times', () => {
    const said = verdict('Succeeded', { startAtMs: NOW_MS - 250_000, completeAtMs: NOW_MS });
    expect(status(runOf(), said)).toMatchObject({
      startTime: '2026-11-24T23:55:50Z',
      completionTime: '2026-11-25T00:00:00Z',
      duration: '4m10s',
    });
  });

  it('has a time also where it never began: that is what its TTL counts from', () => {
    const after = status(runOf(), verdict('Cancelled', { completeAtMs: NOW_MS }));
    expect(after.completionTime).toBe('2026-11-25T00:00:00Z');
    expect(after).not.toHaveProperty('startTime');
    expect(after).not.toHaveProperty('duration');
  });

  it('has counts also where nothing was counted', () => {
    expect(status(runOf(), verdict('Failed', { completeAtMs: NOW_MS }))).toMatchObject({
      progress: '0/0',
      counts: countsOf(),
      audioSeconds: '0.000',
      cost: { currency: 'USD', settled: '0.0000', reserved: '0.0000', unknown: '0.0000', estimate: '0.0000' },
      recordings: [],
    });
  });

  it('has nothing that goes on, also where the last attempt could not read the books', () => {
    const before = begun(5000, {
      counts: countsOf({ pending: 3, inProgress: 2, transcribed: 4, failed: 1 }),
      cost: { settled: '0.1000', reserved: '0.0200' },
      recordings: [
        { recordingID: 'r-1', state: 'InProgress' },
        { recordingID: 'r-2', state: 'Failed' },
      ],
    });
    const worker = workerOf({ summary: summaryOf({ ending: 'Failed' }), endedAtMs: NOW_MS });
    expect(status(runOf({}, before), verdict('Failed', { completeAtMs: NOW_MS }), worker)).toMatchObject({
      progress: '5/5',
      counts: { ...countsOf({ transcribed: 4, failed: 1 }), conversations: 10 },
      cost: { settled: '0.1000' },
      recordings: [{ recordingID: 'r-2' }],
    });
  });
});

describe('hindrances', () => {
  const hindrances = [{ code: 'CSC_BUDGET_EXHAUSTED', message: '3 wait' }] as const;
  const typesOf = ({ conditions = [] }: TranscriptionRunStatus): readonly string[] =>
    conditions.map(({ type }) => type);

  it('are those of an attempt that goes on', () => {
    const progress = progressOf({ hindrances });
    expect(typesOf(status(runOf(), verdict('Running'), workerOf({ progress })))).toContain('BudgetExhausted');
    expect(typesOf(status(runOf(), verdict('Running'), endedWith({ progress })))).not.toContain('BudgetExhausted');
  });
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 1500 }),
  fc.constantFrom('"', '\\', '\u0001', '漢', '😀').chain((one) => fc.nat(1500).map((times) => one.repeat(times))),
);

const recordings: fc.Arbitrary<RecordingProgress[]> = fc.array(
  fc
    .record({ recordingId: text, conversationId: text, message: text })
    .map(({ message, ...ids }) =>
      recordingOf({ ...ids, state: 'Failed', error: { code: 'CSC_STT_REJECTED', message } }),
    ),
  { minLength: 100, maxLength: 120 },
);

describe('whatever is to be shown', () => {
  it('the status has at most 100 recordings and 64 KiB', () => {
    fc.assert(
      fc.property(recordings, text, (shown, message) => {
        const hindrances = (
          ['CSC_BUDGET_EXHAUSTED', 'CSC_DESTINATION_REJECTED', 'CSC_DELIVERY_UNAVAILABLE'] as const
        ).map((code) => ({ code, message }));
        const progress = progressOf({ recordings: shown, hindrances });
        const suspendedBefore = begun(9000, {
          conditions: [
            { type: 'Suspended', status: 'True', reason: 'r', message: '', lastTransitionTime: iso(NOW_MS) },
          ],
        });
        const after = status(runOf({}, suspendedBefore), verdict('Running', { message }), workerOf({ progress }));
        expect(after.recordings?.length).toBeLessThanOrEqual(100);
        expect(Buffer.byteLength(JSON.stringify(after))).toBeLessThanOrEqual(64 * 1024);
      }),
      { numRuns: 30 },
    );
  });

  it('all hundred recordings are there where their texts are of the usual length', () => {
    const id = '0b8c1f5e-6c1d-4a53-9f0d-0d6f1c1f7a5b';
    const error = {
      code: 'CSC_STT_REJECTED',
      message: 'the speech service answered 422: unsupported language',
    } as const;
    const shown = Array.from({ length: 100 }, () =>
      recordingOf({ recordingId: id, conversationId: id, state: 'Failed', error }),
    );
    const after = status(runOf(), verdict('Running'), workerOf({ progress: progressOf({ recordings: shown }) }));
    expect(after.recordings).toHaveLength(100);
  });
});
