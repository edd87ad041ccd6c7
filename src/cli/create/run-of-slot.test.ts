import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import type { TranscriptionRunSpec } from '../../api/types.ts';
import { isOfSameSlot, runOfSlot, type Template } from './run-of-slot.ts';

const template = (window: object, metadata: object = { name: 'nightly' }): Template =>
  ({
    apiVersion: 'callscribe.dev/v1alpha1',
    kind: 'TranscriptionRun',
    metadata,
    spec: { window },
  }) as unknown as Template;

const atMs = Date.UTC(2026, 10, 24, 4);
const utc = { namespace: 'calls', slot: { atMs }, timeZone: 'Etc/UTC' };

describe('runOfSlot', () => {
  it('names a run after its slot, and says so', () => {
    const { metadata } = runOfSlot(template({ last: '24h' }), utc);
    expect(metadata).toEqual({
      name: 'nightly-202611240400',
      namespace: 'calls',
      annotations: { 'callscribe.dev/schedule-time': '2026-11-24T04:00:00.000Z' },
    });
  });

  it('keeps labels and annotations, and takes generateName for a name', () => {
    const { metadata } = runOfSlot(
      template({ last: '1h' }, { generateName: 'hourly-', labels: { team: 'a' }, annotations: { note: 'b' } }),
      utc,
    );
    expect(metadata).toMatchObject({
      name: 'hourly-202611240400',
      labels: { team: 'a' },
      annotations: { note: 'b', 'callscribe.dev/schedule-time': '2026-11-24T04:00:00.000Z' },
    });
  });

  it('counts a window from the slot, not from now', () => {
    expect(runOfSlot(template({ last: '24h', offset: '90m' }), utc).spec.window).toEqual({
      from: '2026-11-23T02:30:00.000Z',
      to: '2026-11-24T02:30:00.000Z',
    });
  });

  it('leaves a window with fixed ends as it is', () => {
    const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
    expect(runOfSlot(template(window), utc).spec.window).toEqual(window);
  });

  it('names a run after the Job that a person made, so that its tries make one', () => {
    const runs = [0, 60_000].map((laterMs) =>
      runOfSlot(template({ last: '24h' }), { ...utc, slot: { atMs: atMs + laterMs, manualJob: 'once-more' } }),
    );
    expect(runs.map(({ metadata }) => metadata.name)).toEqual(['nightly-once-more', 'nightly-once-more']);
    expect(isOfSameSlot(runs[0]?.metadata ?? {}, runs[1]?.metadata ?? {})).toBe(true);
  });

  it('keeps names within the 200 characters of a run', () => {
    const long = template({ last: '24h' }, { name: 'x'.repeat(250) });
    expect(runOfSlot(long, utc).metadata.name).toHaveLength(193);
    expect(runOfSlot(long, { ...utc, slot: { atMs, manualJob: 'y'.repeat(63) } }).metadata.name).toHaveLength(200);
  });
});

/** The Jobs of `<minute> <hour> * * *`: at each moment whose local time is that, which can be one, two or none a day. */
const dailySlots = (zone: string, first: Temporal.PlainDate, days: number, time: Temporal.PlainTime): number[] =>
  Array.from({ length: days }, (_, day) => first.add({ days: day }).toPlainDateTime(time)).flatMap((local) => {
    const moments = (['earlier', 'later'] as const)
      .map((disambiguation) => local.toZonedDateTime(zone, { disambiguation }))
      .filter((moment) => moment.toPlainDateTime().equals(local))
      .map((moment) => moment.epochMilliseconds);
    return [...new Set(moments)];
  });

interface Made {
  readonly name: string;
  readonly window: TranscriptionRunSpec['window'];
}

const runsOf = (slots: readonly number[], timeZone: string, window: object): Made[] => {
  const made = new Map<string, Made>();
  for (const slotMs of slots) {
    const { metadata, spec } = runOfSlot(template(window), { namespace: 'n', slot: { atMs: slotMs }, timeZone });
    const known = made.get(metadata.name);
    // A second Job for the same run finds it, and would have made the same.
    if (known) expect(spec.window).toEqual(known.window);
    else made.set(metadata.name, { name: metadata.name, window: spec.window });
  }
  return [...made.values()];
};

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Asia/Beirut',
  'Africa/Cairo',
  'Asia/Kolkata',
  'Etc/UTC',
];

describe('the windows of a schedule', () => {
  it('neither overlap nor leave a gap, in any zone and at any time of day', () => {
    fc.assert(
      fc.property(
        fc.record({
          zone: fc.constantFrom(...zones),
          startDay: fc.integer({ min: 0, max: 300 }),
          hour: fc.integer({ min: 0, max: 23 }),
          minute: fc.constantFrom(0, 15, 30, 59),
          offset: fc.constantFrom('0s', '2h', '26h30m'),
        }),
        ({ zone, startDay, hour, minute, offset }) => {
          const first = Temporal.PlainDate.from('2026-01-01').add({ days: startDay });
          const slots = dailySlots(zone, first, 60, new Temporal.PlainTime(hour, minute));
          const runs = runsOf(slots, zone, { last: '24h', offset });
          for (const [index, run] of runs.slice(1).entries()) expect(run.window.from).toBe(runs[index]?.window.to);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('of an hourly schedule are hours, also in the night in which an hour comes twice', () => {
    const start = Date.parse('2026-10-25T00:00+02:00');
    const slots = Array.from({ length: 8 }, (_, hour) => start + hour * 3_600_000);
    const runs = runsOf(slots, 'Europe/Berlin', { last: '1h' });
    expect(runs).toHaveLength(8);
    for (const [index, run] of runs.slice(1).entries()) expect(run.window.from).toBe(runs[index]?.window.to);
  });
});
