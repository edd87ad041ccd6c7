import { describe, expect, it } from 'vitest';
import { NO_CALLS } from '../pipeline/plan.ts';
import { priceWith, specWith } from '../pipeline/test-spec.ts';
import { estimateOf, formatHours } from './estimate.ts';

const found = (micros = 126_000) => ({
  dryRun: { recordings: 2, audioMs: 1_890_000, micros: [micros] },
  price: priceWith(),
  genesys: { ...NO_CALLS, login: 1, recordingMetadata: 6 },
});

describe('estimateOf', () => {
  it('tells counts, hours, price and calls', () => {
    const spec = specWith({
      genesys: { region: 'us-east-1', credentialsSecretRef: { name: 'x' }, requestsPerMinute: 10 },
    });
    expect(estimateOf(found(), spec)).toEqual({
      recordings: 2,
      audioHours: '0.525',
      cost: '0.1260',
      modes: [{ name: 'as in spec.cost', cost: '0.1260' }],
      // Seven again, and a delivery for each transcript.
      genesysRequests: 9,
      genesysSeconds: 54,
    });
  });

  it.each([
    ['0.126', true],
    ['0.125999', false],
  ])('says whether a budget of %s holds it: %s', (budget, withinBudget) => {
    const spec = specWith({ cost: { ratePerMinute: '0.004', budget } });
    expect(estimateOf(found(), spec).withinBudget).toBe(withinBudget);
  });

  it('counts no delivery to other destinations', () => {
    const spec = specWith({ transcripts: { destinations: [{ http: { urlSecretRef: { name: 'archive' } } }] } });
    expect(estimateOf(found(), spec).genesysRequests).toBe(7);
  });
});

describe('formatHours', () => {
  it.each([
    [0, '0.000'],
    [1799, '0.000'],
    [1800, '0.001'],
    [3_600_000, '1.000'],
    [123_456_789, '34.294'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatHours(ms)).toBe(text);
  });
});
