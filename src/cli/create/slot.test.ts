import { describe, expect, it } from 'vitest';
import { slotOf } from './slot.ts';

const NOW = Date.UTC(2026, 10, 24, 4, 17, 23);

describe('slotOf', () => {
  it('reads the minute that a CronJob puts into the name of its Job', () => {
    // 29940120 minutes since the epoch.
    const atMs = Date.UTC(2026, 11, 4, 2, 0);
    expect(slotOf({ jobName: `nightly-${atMs / 60_000}` }, NOW)).toEqual({ atMs });
  });

  it('is told by a flag what it cannot read, and believes the flag more', () => {
    expect(slotOf({ scheduleTime: '2026-11-24T04:00:00+01:00', jobName: 'nightly-29940120' }, NOW)).toEqual({
      atMs: Date.UTC(2026, 10, 24, 3),
    });
    expect(() => slotOf({ scheduleTime: 'tonight' }, NOW)).toThrow('--schedule-time');
  });

  it('knows the tries of a Job that a person made by its name', () => {
    expect(slotOf({ jobName: 'once-more' }, NOW)).toEqual({
      atMs: Date.UTC(2026, 10, 24, 4, 17),
      manualJob: 'once-more',
    });
  });

  it('takes the current minute where there is no Job', () => {
    expect(slotOf({}, NOW)).toEqual({ atMs: Date.UTC(2026, 10, 24, 4, 17) });
  });
});
