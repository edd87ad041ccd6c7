import { describe, expect, it } from 'vitest';
import { createDays, isTimeZone } from './days.ts';

describe('days', () => {
  it.each([
    ['UTC', '2026-11-23T23:30:00Z', '2026-11-23'],
    ['Europe/Berlin', '2026-11-23T23:30:00Z', '2026-11-24'],
    ['America/New_York', '2026-11-24T04:30:00Z', '2026-11-23'],
    ['Asia/Kathmandu', '2026-11-23T18:20:00Z', '2026-11-24'],
    // The night in which clocks go back: 2:30 comes twice, and both are of that day.
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T22:59:59Z', '2026-10-25'],
    ['Europe/Berlin', '2026-10-25T23:00:00Z', '2026-10-26'],
    // An hour that does not exist.
    ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29'],
  ])('in %s, %s is of %s', (timeZone, at, day) => {
    expect(createDays(timeZone)(Date.parse(at))).toBe(day);
  });
});

describe('isTimeZone', () => {
  it.each([
    ['UTC', true],
    ['Europe/Berlin', true],
    ['America/Argentina/Buenos_Aires', true],
    ['Europe/Atlantis', false],
    ['', false],
  ])('%j: %s', (name, expected) => {
    expect(isTimeZone(name)).toBe(expected);
  });
});
