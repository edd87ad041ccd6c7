import { describe, expect, it } from 'vitest';
import { estimateMicros, leastMicros, priceOf } from './rates.ts';
import type { PriceTable } from './price-table.ts';
import { specWith } from '../test-spec.ts';

const table: PriceTable = {
  asOf: '2026-11-24',
  sha256: 'a'.repeat(64),
  prices: ['pre-recorded', 'streaming'].map((mode, index) => ({
    provider: 'acme',
    model: 'phone',
    mode,
    from: '2026-01-01',
    currency: 'USD',
    ratePerMinute: `0.00${index + 4}`,
    diarizationPerMinute: '0.001',
    perChannel: true,
    roundUpToSeconds: 1,
    minimumSeconds: 0,
    source: 'a contract',
  })),
};
const NOW = Date.UTC(2026, 10, 24);
const { ratePerMinute: _rate, ...unpriced } = specWith().cost;
const acme = { ...specWith().stt, provider: 'acme', model: 'phone' } as unknown as ReturnType<typeof specWith>['stt'];
const MINUTE = { durationMs: 60_000, channels: 2 };

describe('priceOf', () => {
  it('takes the rate of the spec before that of the table', () => {
    const price = priceOf({ stt: acme, cost: { ...unpriced, ratePerMinute: '0.01', freeSeconds: 30 } }, table, NOW);
    expect(price.pricing.quote(MINUTE).micros).toBe(10_000);
    expect(price).toMatchObject({ freeMs: 30_000, perChannel: false });
    expect(price.modes.map(({ name }) => name)).toEqual(['as in spec.cost']);
    expect(price.source).toEqual({
      from: 'spec',
      rates: { ratePerMinute: '0.01', perChannel: false, roundUpToSeconds: 1, minimumSeconds: 0 },
      table: { asOf: '2026-11-24', sha256: 'a'.repeat(64) },
    });
  });

  it('takes the first mode of the table, and knows the others', () => {
    const price = priceOf({ stt: acme, cost: unpriced }, table, NOW);
    expect(price.pricing.quote(MINUTE).micros).toBe(10_000);
    expect(price.modes.map(({ name, pricing }) => [name, pricing.quote(MINUTE).micros])).toEqual([
      ['pre-recorded', 10_000],
      ['streaming', 12_000],
    ]);
    expect(price.source).toMatchObject({ from: 'table', note: 'a contract', rates: { ratePerMinute: '0.004' } });
  });

  it('has no surcharge for speakers where one is expected', () => {
    const price = priceOf({ stt: { ...acme, speakers: 1 }, cost: unpriced }, table, NOW);
    expect(price.pricing.microsPerMinute).toBe(4000);
  });

  it.each<[string, Parameters<typeof priceOf>, string]>([
    ['a provider without a price', [{ stt: specWith().stt, cost: unpriced }, table, NOW], 'CSC_PRICE_UNKNOWN'],
    ['a time before the first price', [{ stt: acme, cost: unpriced }, table, Date.UTC(2025, 0)], 'CSC_PRICE_UNKNOWN'],
    [
      'a price in another currency',
      [{ stt: acme, cost: { ...unpriced, currency: 'EUR' } }, table, NOW],
      'CSC_PRICE_UNKNOWN',
    ],
    [
      'a rate that is no amount',
      [{ stt: acme, cost: { ...unpriced, ratePerMinute: 'cheap' } }, table, NOW],
      'CSC_SPEC_INVALID',
    ],
  ])('refuses %s', (_name, args, code) => {
    expect(() => priceOf(...args)).toThrow(expect.objectContaining({ code }));
  });
});

describe('what a recording costs before it was measured', () => {
  const price = priceOf({ stt: acme, cost: unpriced }, table, NOW);

  it('is expected to be for two channels, and at least for one', () => {
    expect(estimateMicros(price, 60_000)).toBe(10_000);
    expect(leastMicros(price, 60_000)).toBe(5000);
  });
});
