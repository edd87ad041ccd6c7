/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { backoffMs, retryAfterMs } from './backoff.ts';

describe('backoffMs', () => {
  it.each([
    { attempt: 1, random: 0, expected: 0 },
    { attempt: 1, random: 0.5, expected: 50 },
    { attempt: 2, random: 0.5, expected: 100 },
    { attempt: 4, random: 0.999, expected: 799 },
    { attempt: 5, random: 0.5, expected: 500 },
    { attempt: 2000, random: 0.5, expected: 500 },
  ])('waits $expected ms after attempt $attempt with chance $random', ({ attempt, random, expected }) => {
    expect(backoffMs(attempt, { baseMs: 100, capMs: 1000 }, () => random)).toBe(expected);
  });
});

describe('retryAfterMs', () => {
  const nowMs = Date.parse('2026-11-24T00:00:00Z');
  it.each([
    ['42', 42_000],
    [' 0 ', 0],
    ['1.5', 1500],
    [['7', '9'], 7000],
    ['Tue, 24 Nov 2026 00:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 23:59:00 GMT', 0],
    ['99999999999', 86_400_000],
    ['Wed, 24 Nov 2027 00:00:00 GMT', 86_400_000],
    ['-5', undefined],
    ['2026', 2_026_000],
    ['12 monkeys', undefined],
    ['2026-11-24', undefined],
    ['soon', undefined],
    ['', undefined],
    [[], undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%j means %s', (header, expected) => {
    expect(retryAfterMs(header, nowMs)).toBe(expected);
  });
});
