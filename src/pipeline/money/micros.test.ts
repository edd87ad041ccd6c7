import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMicros, parseMicros, readMicros } from './micros.ts';

describe('parseMicros', () => {
  it.each([
    ['0.004', 4000],
    ['0', 0],
    ['5', 5_000_000],
    ['5.00', 5_000_000],
    ['0.000001', 1],
    ['0.1', 100_000],
    ['1234567.891234', 1_234_567_891_234],
    ['007.5', 7_500_000],
    ['9007199254.740991', Number.MAX_SAFE_INTEGER],
  ])('reads %s', (text, micros) => {
    expect(parseMicros(text)).toBe(micros);
  });

  it.each([
    '',
    ' ',
    '.',
    '1.',
    '.5',
    '-1',
    '+1',
    '1e3',
    '0x10',
    '1,5',
    '0.0000001',
    '9007199254.740992',
    '１',
    '1\n',
    'NaN',
  ])('refuses %j', (text) => {
    expect(() => parseMicros(text)).toThrow(expect.objectContaining({ code: 'CSC_SPEC_INVALID' }));
  });
});

describe('formatMicros', () => {
  it.each([
    [4000, '0.0040'],
    [0, '0.0000'],
    [1, '0.000001'],
    [80_337, '0.080337'],
    [80_330, '0.08033'],
    [5_000_000, '5.0000'],
    [-4000, '-0.0040'],
    [12_345_678_901_234_567_890n, '12345678901234.56789'],
  ])('writes %s', (micros, text) => {
    expect(formatMicros(micros)).toBe(text);
  });

  it('is undone by parseMicros', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (micros) => {
        const text = formatMicros(micros);
        expect(text).toMatch(/^\d+\.\d{4,6}$/);
        expect(readMicros(text)).toBe(micros);
      }),
    );
  });
});
