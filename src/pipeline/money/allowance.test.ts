import { describe, expect, it } from 'vitest';
import { rowWith } from '../recording/test-recording.ts';
import { priceWith } from '../test-spec.ts';
import { createAllowance } from './allowance.ts';

const price = priceWith({ ratePerMinute: '0.06', freeSeconds: 100 });
const paid = (billedMs: number) => rowWith({ billedMs, costMicros: billedMs });

describe('createAllowance', () => {
  it('gives out what is free in the order in which it is asked, and then no more', () => {
    const allowance = createAllowance(price, []);
    const rows = [paid(60_000), paid(60_000), paid(60_000)].map(allowance);
    expect(rows.map(({ freeMs, costMicros }) => [freeMs, costMicros])).toEqual([
      [60_000, 0],
      [40_000, 20_000],
      [0, 60_000],
    ]);
  });

  it('goes on where earlier rows left it', () => {
    const allowance = createAllowance(price, [rowWith({ freeMs: 90_000 })]);
    expect(allowance(paid(60_000))).toMatchObject({ freeMs: 10_000, costMicros: 50_000 });
  });

  it('leaves alone what cost nothing, or may have', () => {
    const allowance = createAllowance(price, []);
    const unknown = rowWith({ costMicros: 0, costUnknownMicros: 60_000, status: 'unknown' });
    expect(allowance(unknown)).toBe(unknown);
    expect(allowance(paid(60_000)).freeMs).toBe(60_000);
  });
});
