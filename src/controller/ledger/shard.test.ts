/**
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unlinked } from '../../pipeline/settle/chain.ts';
import type { Reservation, Row } from '../../pipeline/types.ts';
import {
  applyEntry,
  decode,
  emptyShard,
  encode,
  type Entry,
  isFull,
  placeOf,
  recover,
  type Shard,
  shardIndex,
  shardName,
  unknownRow,
} from './shard.ts';
import { reservationOf, settled } from './test-ledger.ts';

describe('the name of a shard', () => {
  it.each([
    [0, 'nightly-report'],
    [1, 'nightly-report-1'],
    [12, 'nightly-report-12'],
  ])('%i is %s', (index, name) => {
    expect(shardName('nightly', index)).toBe(name);
    expect(shardIndex('nightly', name)).toBe(index);
  });

  it.each([
    'nightly',
    'nightly-report-',
    'nightly-report-0',
    'nightly-report-01',
    'nightly-report-x',
    'other-report',
    'nightly-report-1-report',
  ])('is not %s', (name) => {
    expect(shardIndex('nightly', name)).toBeUndefined();
  });

  it('of a run is never that of another one', () => {
    expect(shardIndex('nightly', shardName('nightly-report', 1))).toBeUndefined();
    expect(shardIndex('nightly', shardName('nightly-2', 0))).toBeUndefined();
  });
});

const [a, b] = [reservationOf('a'), reservationOf('b')];
const filled: Shard = { index: 2, rows: [unlinked(settled(reservationOf('z')))], reservations: [a, b] };

describe('an entry', () => {
  it.each<[string, Entry, Partial<Shard>]>([
    ['reserves', { kind: 'Reserve', reservation: reservationOf('c') }, { reservations: [a, b, reservationOf('c')] }],
    [
      'settles, in one step',
      { kind: 'Settle', row: settled(a) },
      { rows: [...filled.rows, unlinked(settled(a))], reservations: [b] },
    ],
    [
      'settles what was not reserved',
      { kind: 'Settle', row: settled(a, { attempt: 2 }) },
      { rows: [...filled.rows, unlinked(settled(a, { attempt: 2 }))], reservations: [a, b] },
    ],
    [
      'settles the recording of its own conversation',
      { kind: 'Settle', row: settled(a, { conversationId: 'c-other' }) },
      { reservations: [a, b] },
    ],
    ['hands back', { kind: 'HandBack', reservation: b }, { rows: filled.rows, reservations: [a] }],
  ])('%s', (_, entry, expected) => {
    expect(applyEntry(filled, entry)).toEqual({ ...filled, ...expected, rows: expected.rows ?? expect.any(Array) });
  });

  it.each<[string, Entry, number | undefined]>([
    ['a reservation', { kind: 'Reserve', reservation: a }, undefined],
    ['the end of what is open', { kind: 'Settle', row: settled(b) }, 2],
    ['a hand-back', { kind: 'HandBack', reservation: a }, 2],
    ['a row of another attempt', { kind: 'Settle', row: settled(b, { attempt: 2 }) }, undefined],
    ['a row of what was never open', { kind: 'Settle', row: settled(reservationOf('q')) }, undefined],
  ])('has its place: %s', (_, entry, index) => {
    expect(placeOf([emptyShard(1), filled], entry)).toBe(index);
  });
});

describe('a shard', () => {
  it('is what was written', () => {
    expect(decode(2, { ...encode(filled, 'EUR') })).toEqual(filled);
    expect(decode(0, { ...encode(emptyShard(0), 'USD') })).toEqual(emptyShard(0));
  });

  it.each([
    ['without a report', {}],
    ['with a damaged report', { 'report.csv': 'hello' }],
    ['with damaged reservations', { ...encode(filled, 'USD'), 'reserved.csv': 'hello' }],
  ])('%s is corrupt', (_, data) => {
    expect(() => decode(2, data)).toThrow(expect.objectContaining({ code: 'CSC_LEDGER_CORRUPT' }));
  });

  it('is full from a size on', () => {
    const { 'report.csv': report, 'reserved.csv': reserved } = encode(filled, 'USD');
    const bytes = report.length + reserved.length;
    expect(isFull(filled, 'USD', bytes + 1)).toBe(false);
    expect(isFull(filled, 'USD', bytes)).toBe(true);
  });

  it('turns what is open into unknown rows, but for what is held', () => {
    const after = recover(filled, ({ recordingId }) => recordingId === 'b', 9000);
    expect(after.reservations).toEqual([b]);
    expect(after.rows.slice(1)).toEqual([unlinked(unknownRow(a, 9000))]);
    expect(unknownRow(a, 9000)).toMatchObject({
      recordingId: 'a',
      attempt: 1,
      atMs: 9000,
      status: 'unknown',
      costMicros: 0,
      costUnknownMicros: 4000,
      errorCode: 'CSC_ATTEMPT_UNKNOWN',
      outcome: '',
    });
  });
});

const committed = ({ rows, reservations }: Shard): number =>
  rows.reduce((sum, { costMicros, costUnknownMicros }) => sum + costMicros + costUnknownMicros, 0) +
  reservations.reduce((sum, { reservedMicros }) => sum + reservedMicros, 0);

const reservations = fc.uniqueArray(
  fc
    .tuple(fc.nat(4), fc.integer({ min: 1, max: 3 }), fc.nat(100))
    .map(([id, attempt, reservedMicros]): Reservation => reservationOf(`r-${id}`, { attempt, reservedMicros })),
  { selector: ({ recordingId, attempt }) => `${recordingId}#${attempt}` },
);

describe('whatever is open', () => {
  it('settling and recovering commit neither more nor less money than was reserved', () => {
    fc.assert(
      fc.property(reservations, fc.func(fc.boolean()), (open, isHeld) => {
        const reserved = open.reduce(
          (shard, reservation) => applyEntry(shard, { kind: 'Reserve', reservation }),
          emptyShard(0),
        );
        const before = committed(reserved);
        expect(committed(recover(reserved, (one) => isHeld(one.recordingId), 0))).toBe(before);
        const done = open.reduce((shard, one) => applyEntry(shard, { kind: 'Settle', row: settled(one) }), reserved);
        expect([committed(done), done.reservations, done.rows.length]).toEqual([before, [], open.length]);
        const rows: readonly Row[] = decode(0, { ...encode(done, 'USD') }).rows;
        expect(rows).toEqual(done.rows);
      }),
    );
  });
});
