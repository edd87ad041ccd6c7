import { describe, expect, it } from 'vitest';
import { createSeriesMemory, type EventSubject, type EventText } from './event-series.ts';

const subject = (uid = 'u', name = 'nightly'): EventSubject => ({
  apiVersion: 'callscribe.dev/v1alpha1',
  kind: 'TranscriptionRun',
  metadata: { namespace: 'ns', name, uid },
});

const event = (message: string, reason = 'CSC_STT_REJECTED'): EventText => ({ type: 'Warning', reason, message });

const memory = () => {
  let ids = 0;
  return createSeriesMemory(() => `id${(ids += 1)}`);
};

const MINUTE = 60_000;

describe('createSeriesMemory', () => {
  it('counts alike Events up', () => {
    const { next } = memory();
    expect(next(subject(), event('a'), 0)).toEqual({
      name: 'nightly.id1',
      count: 1,
      firstAtMs: 0,
      lastAtMs: 0,
      message: 'a',
    });
    expect(next(subject(), event('a'), 5)).toEqual({
      name: 'nightly.id1',
      count: 2,
      firstAtMs: 0,
      lastAtMs: 5,
      message: 'a',
    });
  });

  it.each([
    ['message', subject(), event('b')],
    ['reason', subject(), event('a', 'Started')],
    ['object', subject('other'), event('a')],
    ['type', subject(), { ...event('a'), type: 'Normal' as const }],
  ])('tells Events apart by their %s', (_, otherSubject, otherEvent) => {
    const { next } = memory();
    next(subject(), event('a'), 0);
    expect(next(otherSubject, otherEvent, 0).count).toBe(1);
  });

  it('begins anew after ten minutes of silence', () => {
    const { next } = memory();
    next(subject(), event('a'), 0);
    expect(next(subject(), event('a'), 9 * MINUTE).count).toBe(2);
    expect(next(subject(), event('a'), 19 * MINUTE)).toMatchObject({ name: 'nightly.id2', count: 1 });
  });

  it('makes one of many different messages with one reason', () => {
    const { next } = memory();
    const series = Array.from({ length: 1000 }, (_, n) => next(subject(), event(`recording ${n}`), n));
    expect(new Set(series.map(({ name }) => name)).size).toBe(11);
    expect(series.at(-1)).toEqual({
      name: 'nightly.id11',
      count: 990,
      firstAtMs: 10,
      lastAtMs: 999,
      message: '(combined from similar events) recording 999',
    });
  });

  it('keeps to what the API server takes', () => {
    const series = memory().next(subject('u', 'n'.repeat(253)), event('m'.repeat(5000)), 0);
    expect(series.message).toHaveLength(1024);
    expect(series.name.length).toBeLessThan(253);
  });

  it('counts Events with a long message up as well', () => {
    const { next } = memory();
    next(subject(), event('m'.repeat(5000)), 0);
    expect(next(subject(), event('m'.repeat(5000)), 0).count).toBe(2);
  });

  it('begins anew when told to', () => {
    const { next, restart } = memory();
    next(subject(), event('a'), 0);
    expect(restart(subject(), event('a'), 1)).toMatchObject({ name: 'nightly.id2', count: 1 });
    expect(next(subject(), event('a'), 2)).toMatchObject({ name: 'nightly.id2', count: 2 });
  });
});
