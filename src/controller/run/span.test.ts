/**
 * @module
 */
import { expect, it } from 'vitest';
import { formatSpan } from './span.ts';

it.each([
  [-5, '0s'],
  [0, '0s'],
  [999, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [61_000, '1m1s'],
  [3_599_000, '59m59s'],
  [3_600_000, '1h'],
  [3_659_000, '1h'],
  [3_660_000, '1h1m'],
  [90_000_000, '25h'],
])('%s ms are %s', (ms, text) => {
  expect(formatSpan(ms)).toBe(text);
});
