import { describe, expect, it } from 'vitest';
import { specWith } from '../pipeline/test-spec.ts';
import { specSha256 } from './spec-hash.ts';

const spec = specWith();

describe('specSha256', () => {
  it('does not depend on the order of the fields', () => {
    const backwards = Object.fromEntries(Object.entries(spec).toReversed()) as typeof spec;
    expect(specSha256(backwards)).toBe(specSha256(spec));
    expect(specSha256(spec)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    { suspend: true },
    { cancel: true },
    { concurrency: 32 },
    { ttlSecondsAfterFinished: 60 },
    { cost: { ...spec.cost, budget: '5' } },
  ])('does not change with what may be changed: %j', (change) => {
    expect(specSha256({ ...spec, ...change })).toBe(specSha256(spec));
  });

  it.each([
    { dryRun: true },
    { cost: { ...spec.cost, ratePerMinute: '0.005' } },
    { retry: { ...spec.retry, maxAttempts: 5 } },
  ])('changes with what was asked for: %j', (change) => {
    expect(specSha256({ ...spec, ...change })).not.toBe(specSha256(spec));
  });
});
