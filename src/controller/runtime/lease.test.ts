import { describe, expect, it } from 'vitest';
import { claimed, isFree, type Lease, type LeaseSpec, microTime, observe, released } from './lease.ts';

const lease = (spec?: LeaseSpec, resourceVersion = '1'): Lease => ({
  metadata: { name: 'callscribe', namespace: 'ns', resourceVersion },
  ...(spec && { spec }),
});
const held = { holderIdentity: 'other', leaseDurationSeconds: 15, leaseTransitions: 3 };
const WALL_MS = Date.parse('2026-01-02T03:04:05.678Z');
const claim = { identity: 'me', leaseDurationSeconds: 15, wallMs: WALL_MS };

describe('microTime', () => {
  it('has the six digits that the API server wants', () => {
    expect(microTime(WALL_MS)).toBe('2026-01-02T03:04:05.678000Z');
  });
});

describe('isFree', () => {
  it.each<[string, LeaseSpec | undefined, number, boolean]>([
    ['never held', undefined, 0, true],
    ['released', { ...held, holderIdentity: '' }, 0, true],
    ['ours', { ...held, holderIdentity: 'me' }, 0, true],
    ['held and renewed just now', held, 0, false],
    ['held and not renewed for as long as promised', held, 15_000, false],
    ['held and not renewed for longer', held, 15_001, true],
    [
      'held, with a renewal time of long ago by another clock',
      { ...held, renewTime: '1999-01-01T00:00:00.000000Z' },
      10,
      false,
    ],
  ])('%s', (_, spec, nowMs, expected) => {
    expect(isFree({ lease: lease(spec), atMs: 0 }, 'me', nowMs)).toBe(expected);
  });
});

describe('observe', () => {
  it('counts from when the Lease changed, not from when it was read again', () => {
    const first = observe(undefined, lease(held, '1'), 100);
    expect(observe(first, lease(held, '1'), 900).atMs).toBe(100);
    expect(observe(first, lease(held, '2'), 900).atMs).toBe(900);
  });
});

describe('claimed', () => {
  it.each<[string, Lease, LeaseSpec]>([
    [
      'a new Lease',
      { metadata: { name: 'callscribe', namespace: 'ns' } },
      { acquireTime: microTime(WALL_MS), leaseTransitions: 0 },
    ],
    ['another one’s', lease(held), { acquireTime: microTime(WALL_MS), leaseTransitions: 4 }],
    [
      'our own',
      lease({ ...held, holderIdentity: 'me', acquireTime: '2026-01-01T00:00:00.000000Z' }),
      { acquireTime: '2026-01-01T00:00:00.000000Z', leaseTransitions: 3 },
    ],
  ])('%s', (_, before, expected) => {
    const after = claimed(before, claim);
    expect(after.spec).toEqual({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      renewTime: microTime(WALL_MS),
      ...expected,
    });
    expect(after.metadata).toEqual(before.metadata);
  });
});

describe('released', () => {
  it('lets others follow at once', () => {
    const after = released(lease({ ...held, holderIdentity: 'me' }), WALL_MS);
    expect(after.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 3 });
    expect(isFree({ lease: after, atMs: 0 }, 'other', 0)).toBe(true);
  });
});
