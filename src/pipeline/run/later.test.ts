/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { conversationOf } from '../recording/test-recording.ts';
import { defer, isOverdue, type PutOff } from './later.ts';

const located = (wait: PutOff['wait']): PutOff => ({
  kind: 'Later',
  wait,
  conversation: conversationOf(),
  otherwise: [],
});

describe('defer', () => {
  it.each([
    ['Ready', [5, 10, 20, 40, 60, 60]],
    ['Restored', [60, 120, 240, 480, 600, 600]],
  ] as const)('%s: waits longer each time', (wait, seconds) => {
    let deferral = defer(located(wait), undefined, 0);
    const waits = [deferral.dueAtMs];
    for (let look = 1; look < 6; look += 1) {
      const nowMs = deferral.dueAtMs;
      deferral = defer(located(wait), deferral, nowMs);
      waits.push(deferral.dueAtMs - nowMs);
    }
    expect(waits).toEqual(seconds.map((each) => each * 1000));
    expect(deferral).toMatchObject({ firstAtMs: 0, looks: 6 });
  });
});

describe('isOverdue', () => {
  const patience = { Ready: 600_000, Restored: 3_600_000 };

  it.each([
    ['Ready', 599_999, false],
    ['Ready', 600_000, true],
    ['Restored', 3_599_999, false],
    ['Restored', 3_600_000, true],
  ] as const)('%s after %i ms: %s', (wait, nowMs, expected) => {
    const twice = defer(located(wait), defer(located(wait), undefined, 0), nowMs);
    expect(isOverdue(twice, patience, nowMs)).toBe(expected);
  });

  it('is nothing that was looked at once only, however long the window took to read', () => {
    expect(isOverdue(defer(located('Ready'), undefined, 0), patience, 1e9)).toBe(false);
  });
});
