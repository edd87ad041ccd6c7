import { describe, expect, it } from 'vitest';
import { daysBefore, firstOfTwo } from './calendar.ts';

const at = (text: string): number => Date.parse(text);
const BERLIN = 'Europe/Berlin';

describe('daysBefore', () => {
  const cases: readonly (readonly [
    what: string,
    of: readonly [slot: string, days: number, zone: string],
    expected: string,
  ])[] = [
    ['a day of 24 hours', ['2026-11-24T04:00+01:00', 1, BERLIN], '2026-11-23T04:00+01:00'],
    ['a day of 23 hours', ['2026-03-29T04:00+02:00', 1, BERLIN], '2026-03-28T04:00+01:00'],
    ['a day of 25 hours', ['2026-10-25T04:00+01:00', 1, BERLIN], '2026-10-24T04:00+02:00'],
    ['a week with a change of clocks in it', ['2026-03-30T04:00+02:00', 7, BERLIN], '2026-03-23T04:00+01:00'],
    // No Job ran at 02:30 on the 29th, so what it would have covered is covered here.
    ['the day after a time that did not exist', ['2026-03-30T02:30+02:00', 1, BERLIN], '2026-03-28T02:30+01:00'],
    // Both Jobs of the 25th mean the run that began at the first of them.
    ['the day after a time that came twice', ['2026-10-26T02:30+01:00', 1, BERLIN], '2026-10-25T02:30+02:00'],
    [
      'a zone whose clocks change at midnight',
      ['2026-09-07T00:00-03:00', 1, 'America/Santiago'],
      '2026-09-05T00:00-04:00',
    ],
    ['a change of half an hour', ['2026-10-05T04:00+11:00', 1, 'Australia/Lord_Howe'], '2026-10-04T04:00+11:00'],
    ['UTC', ['2026-03-29T02:30Z', 1, 'Etc/UTC'], '2026-03-28T02:30Z'],
  ];
  it.each(cases)('%s', (_what, [slot, days, zone], expected) => {
    expect(new Date(daysBefore(at(slot), days, zone)).toISOString()).toBe(new Date(expected).toISOString());
  });

  it('names the flag where the zone is none', () => {
    expect(() => daysBefore(0, 1, 'Middle/Earth')).toThrow('--time-zone Middle/Earth');
  });
});

describe('firstOfTwo', () => {
  it('makes one of the two slots of a local time that comes twice', () => {
    const first = at('2026-10-25T02:30+02:00');
    expect([firstOfTwo(first, BERLIN), firstOfTwo(at('2026-10-25T02:30+01:00'), BERLIN)]).toEqual([first, first]);
  });

  it('leaves every other slot alone', () => {
    for (const slot of ['2026-10-25T03:00+01:00', '2026-03-29T03:00+02:00', '2026-06-01T02:30+02:00'])
      expect(firstOfTwo(at(slot), BERLIN)).toBe(at(slot));
  });
});
