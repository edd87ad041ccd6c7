/**
 * @module
 */
import { expect, it } from 'vitest';
import { NO_CALLS } from '../../pipeline/plan.ts';
import { summaryDocument } from './summary-document.ts';
import { countsOf, NOW_MS, progressOf, runOf, summaryOf, WINDOW } from './test-facts.ts';

const run = { namespace: 'calls', name: 'nightly', uid: 'uid-1' };
const cost = { settledMicros: 8200, reservedMicros: 0, unknownMicros: 4100, estimateMicros: 12_300 };
const progress = progressOf({
  counts: countsOf({ transcribed: 2 }),
  cost,
  audioMs: 123_000,
  genesys: { ...NO_CALLS, login: 1, recording: 6 },
  reasons: { CSC_NO_AGENT: 1 },
});

it('has the totals of a run, money and seconds as decimal strings', () => {
  const { spec } = runOf({ cost: { budget: '5.00' } });
  const document = summaryDocument({ run, spec, window: WINDOW }, summaryOf({ progress }), {
    phase: 'Succeeded',
    nowMs: NOW_MS,
  });
  expect(document).toEqual({
    run: 'nightly',
    namespace: 'calls',
    uid: 'uid-1',
    window: { from: '2026-11-23T00:00:00.000Z', to: '2026-11-24T00:00:00.000Z' },
    phase: 'Succeeded',
    writtenAt: '2026-11-25T00:00:00.000Z',
    counts: progress.counts,
    audioSeconds: '123.000',
    cost: {
      currency: 'USD',
      ratePerMinute: '0.004',
      settled: '0.0082',
      unknown: '0.0041',
      estimate: '0.0123',
      budget: '5.00',
    },
    genesys: { requests: 7, requestsPerRecording: '3.500', byKind: progress.genesys },
    reasons: { CSC_NO_AGENT: 1 },
  });
});

it('has no phase while the run is to go on, and the error where there is one', () => {
  const error = { code: 'CSC_GENESYS_UNAVAILABLE', message: 'away', retryable: true } as const;
  const summary = summaryOf({ ending: 'Failed', error, progress });
  const document = summaryDocument({ run, spec: runOf().spec, window: WINDOW }, summary, {
    phase: undefined,
    nowMs: NOW_MS,
  });
  expect(document).toMatchObject({ error: { code: 'CSC_GENESYS_UNAVAILABLE', message: 'away' } });
  expect(document).not.toHaveProperty('phase');
  expect(document.cost).not.toHaveProperty('budget');
});
