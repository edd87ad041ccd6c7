import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { builtInPrices } from './built-in-prices.ts';
import { parsePriceTable, type Price, pricesAt } from './price-table.ts';

const price = (more: Partial<Price> = {}): Price => ({
  provider: 'acme',
  model: 'phone',
  mode: 'batch',
  from: '2026-01-01',
  currency: 'USD',
  ratePerMinute: '0.004',
  perChannel: false,
  roundUpToSeconds: 1,
  minimumSeconds: 0,
  source: 'a contract',
  ...more,
});

const file = (prices: readonly object[], more: object = {}): string =>
  stringify({ version: 1, asOf: '2026-11-24', prices, ...more });

const table = (...prices: readonly Price[]) => parsePriceTable(file(prices));
const at = (day: string): number => Date.parse(`${day}T12:00:00Z`);

describe('parsePriceTable', () => {
  it('reads YAML and JSON, and names the file by its hash', () => {
    const text = file([price({ diarizationPerMinute: '0.001' })]);
    expect(parsePriceTable(text)).toEqual({
      asOf: '2026-11-24',
      prices: [price({ diarizationPerMinute: '0.001' })],
      sha256: createHash('sha256').update(text).digest('hex'),
    });
    expect(parsePriceTable(JSON.stringify({ version: 1, asOf: '2026-11-24', prices: [price()] })).prices).toEqual([
      price(),
    ]);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no YAML', '{'],
    ['another version', file([], { version: 2 })],
    ['a field that nobody knows', file([{ ...price(), perHour: '1' }])],
    ['a float for money', file([{ ...price(), ratePerMinute: 0.004 }])],
    ['too many decimals', file([price({ ratePerMinute: '0.0000001' })])],
    ['a day that does not exist', file([price({ from: '2026-02-30' })])],
    ['a price without a source', file([{ ...price(), source: undefined }])],
    ['no day of the table', file([price()], { asOf: undefined })],
  ])('refuses %s', (_name, text) => {
    expect(() => parsePriceTable(text)).toThrow(expect.objectContaining({ code: 'CSC_PRICE_TABLE_INVALID' }));
  });
});

describe('pricesAt', () => {
  const old = price({ from: '2026-01-01', ratePerMinute: '0.003' });
  const current = price({ from: '2026-06-01', ratePerMinute: '0.004' });
  const future = price({ from: '2027-01-01', ratePerMinute: '0.005' });
  const fast = price({ mode: 'fast', ratePerMinute: '0.009' });
  const other = price({ model: '*', ratePerMinute: '0.1' });
  const all = table(future, old, current, fast, other);

  it.each<[string, readonly [provider: string, model: string], string, readonly Price[]]>([
    ['nothing before the first price', ['acme', 'phone'], '2025-12-31', []],
    ['the first price from its day on', ['acme', 'phone'], '2026-01-01', [old, fast]],
    ['the last price that has begun', ['acme', 'phone'], '2026-12-31', [current, fast]],
    ['a later one from its day on', ['acme', 'phone'], '2027-01-01', [future, fast]],
    ['that of any model for one that is not listed', ['acme', 'video'], '2026-12-31', [other]],
    ['nothing of another provider', ['nobody', 'phone'], '2026-12-31', []],
  ])('gives %s', (_name, [provider, model], day, prices) => {
    expect(pricesAt(all, provider, model, at(day))).toEqual(prices);
  });

  it('does not mix models of one provider', () => {
    const mixed = table(price({ model: 'a' }), price({ model: 'b', mode: 'other' }));
    expect(pricesAt(mixed, 'acme', 'a', at('2026-12-31'))).toEqual([price({ model: 'a' })]);
  });
});

describe('the table that comes with callscribe', () => {
  it('is one, and each price says where it is from', () => {
    const { prices, asOf } = builtInPrices();
    expect(asOf).toMatch(/^2026-/);
    expect(prices.length).toBeGreaterThan(5);
    for (const { from, source } of prices) {
      expect(from <= asOf).toBe(true);
      expect(source.length).toBeGreaterThan(20);
    }
  });

  it('is named by the hash of its file, so that anyone can check it', () => {
    const bytes = readFileSync(new URL('./prices.yaml', import.meta.url));
    expect(builtInPrices().sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});
