/**
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDurationMs, resolveWindow } from './window.ts';

const NOW_MS = Date.UTC(2026, 10, 25);
const HOUR_MS = 3_600_000;

const invalid = expect.objectContaining({ code: 'CSC_SPEC_INVALID' }) as Error;

describe('parseDurationMs', () => {
  it.each([
    ['24h', 24 * HOUR_MS],
    ['1h30m', 90 * 60_000],
    ['1.5h', 90 * 60_000],
    ['90m', 90 * 60_000],
    ['1m1s1ms', 61_001],
    ['1ms', 1],
    ['0.5ms', 1],
    ['0.4ms', 0],
    ['0s', 0],
    ['5m5m', 600_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '24', 'h', '1d', '-1h', '+1h', '1 h', '1h ', 'x1h', '1hx', '1.h', '.5h', '1h-5m', '1e3s', '1H'])(
    'refuses %j',
    (text) => {
      expect(() => parseDurationMs(text)).toThrow(invalid);
    },
  );

  it('reads what is put together of its parts', () => {
    fc.assert(
      fc.property(fc.nat(999), fc.nat(999), fc.nat(999), fc.nat(999), (...[h, m, s, ms]) => {
        expect(parseDurationMs(`${h}h${m}m${s}s${ms}ms`)).toBe(h * HOUR_MS + m * 60_000 + s * 1000 + ms);
      }),
    );
  });
});

describe('resolveWindow', () => {
  it.each([
    ['24h', undefined, NOW_MS - 24 * HOUR_MS, NOW_MS],
    ['24h', '6h', NOW_MS - 30 * HOUR_MS, NOW_MS - 6 * HOUR_MS],
    ['1ms', '0s', NOW_MS - 1, NOW_MS],
  ])('of the last %s, shifted back by %s', (last, offset, fromMs, toMs) => {
    const spec = { last, ...(offset && { offset }) };
    expect(resolveWindow(spec, NOW_MS)).toEqual({ kind: 'Resolved', window: { fromMs, toMs } });
  });

  it.each([
    ['that has ended', '2026-11-24T00:00:00Z', 'Resolved'],
    ['that ends now', '2026-11-25T00:00:00Z', 'Resolved'],
    ['that ends now in another time zone', '2026-11-25T02:00:00+02:00', 'Resolved'],
    ['that ends in a millisecond', '2026-11-25T00:00:00.001Z', 'Open'],
    ['that ends in years', '2030-01-01T00:00:00Z', 'Open'],
  ])('%s', (_, to, kind) => {
    const expected =
      kind === 'Open'
        ? { kind, endsAtMs: Date.parse(to) }
        : { kind, window: { fromMs: Date.UTC(2026, 10, 23), toMs: Date.parse(to) } };
    expect(resolveWindow({ from: '2026-11-23T00:00:00Z', to }, NOW_MS)).toEqual(expected);
  });

  it.each([
    [{}],
    [{ from: '2026-11-23T00:00:00Z' }],
    [{ from: '2026-11-23T00:00:00Z', to: '2026-11-23T00:00:00Z' }],
    [{ from: '2026-11-24T00:00:00Z', to: '2026-11-23T00:00:00Z' }],
    [{ from: 'yesterday', to: 'today' }],
    [{ last: 'a day' }],
    [{ last: '24h', offset: 'some' }],
    [{ last: '0s' }],
    [{ last: '0.4ms' }],
  ])('refuses %j', (spec) => {
    expect(() => resolveWindow(spec, NOW_MS)).toThrow(invalid);
  });
});
