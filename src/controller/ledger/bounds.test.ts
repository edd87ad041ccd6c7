/**
 * How large the objects of a run may become, however it goes.
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode } from '../../errors.ts';
import type { Reservation, Row } from '../../pipeline/types.ts';
import { KubeError } from '../runtime/kube-error.ts';
import { bytesOf } from './merge.ts';
import { SEAL_BYTES } from './shard.ts';
import { booksOn, type MemoryKube, memoryKube, openOn, reservationOf, settled, shardsOn } from './test-ledger.ts';

const KIB = 1024;
/** Of `spec.concurrency`. */
const MOST_IN_FLIGHT = 256;

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const longestCode = (Object.keys(catalogue) as ErrorCode[]).toSorted((a, b) => b.length - a.length)[0] ?? '';

/** As long as lines get: UUIDs everywhere, large amounts, the longest error code. */
const longReservation = (n: number): Reservation =>
  reservationOf(uuid(n), {
    conversationId: uuid(n),
    queueId: uuid(n),
    campaignId: uuid(n),
    divisionId: uuid(n),
    agent: uuid(n),
    avoidedMicros: 12_345_678,
    avoidedBy: longestCode,
    attempt: 99,
    reservedMicros: 12_345_678,
    durationMs: 35_999_999,
    model: 'a-model-with-quite-a-long-name',
    provider: 'assemblyai',
  });

const longRow = (reservation: Reservation): Row =>
  settled(reservation, {
    status: 'unknown',
    costMicros: 0,
    costUnknownMicros: reservation.reservedMicros,
    errorCode: longestCode,
    outcome: 'Failed',
    usage: { requestId: uuid(0), audioMs: 35_999_999, billedMs: 71_999_998 },
    providerMicros: 12_345_678,
  });

const sizes = (memory: MemoryKube): readonly number[] =>
  [...shardsOn(memory).values()].map(({ data }) => bytesOf(data));

describe('a shard of the ledger', () => {
  it('stays within 64 KiB while it may change, with as much in flight as there can be', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.boolean()),
        fc.integer({ min: 1, max: MOST_IN_FLIGHT }),
        async (coins, most) => {
          const memory = memoryKube();
          const ledger = await openOn(memory);
          const open: Reservation[] = [];
          let largest = 0;
          for (let n = 0; n < 700; n += 1) {
            const begins = open.length === 0 || (open.length < most && coins.next().value);
            if (begins) {
              const reservation = longReservation(n);
              open.push(reservation);
              await ledger.reserve(reservation);
            } else {
              const [reservation] = open.splice(Math.floor(open.length / 2), 1);
              if (reservation) await ledger.settle(longRow(reservation));
            }
            largest = Math.max(largest, ...sizes(memory));
          }
          expect(largest).toBeLessThanOrEqual(64 * KIB);
          expect(largest).toBeGreaterThan(SEAL_BYTES / 2);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('stays within 64 KiB when everything in it becomes unknown', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory);
    await Promise.all(Array.from({ length: MOST_IN_FLIGHT }, (_, n) => ledger.reserve(longReservation(n))));
    await openOn(memory);
    expect(booksOn(memory).rows).toHaveLength(MOST_IN_FLIGHT);
    expect(Math.max(...sizes(memory))).toBeLessThanOrEqual(64 * KIB);
  });

  it('stays within 900 KiB when it is merged, and there are few of them', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory);
    const reservations = Array.from({ length: 9000 }, (_, n) => longReservation(n));
    for (let n = 0; n < reservations.length; n += 100) {
      const some = reservations.slice(n, n + 100);
      await Promise.all(some.map((reservation) => ledger.reserve(reservation)));
      await Promise.all(some.map((reservation) => ledger.settle(longRow(reservation))));
    }
    expect(booksOn(memory).rows).toHaveLength(reservations.length);
    expect(Math.max(...sizes(memory))).toBeGreaterThan(700 * KIB);
    expect(Math.max(...sizes(memory))).toBeLessThanOrEqual(900 * KIB);
    expect(sizes(memory).length).toBeLessThan(25);
  });
});

describe('an answer that says that a shard is too large', () => {
  it.each([
    [413, 'RequestEntityTooLarge', 'limit is 3145728'],
    [422, 'Invalid', 'ConfigMap "x" is invalid: []: Too long: may not be more than 1048576 bytes'],
    [500, 'InternalError', 'etcdserver: request is too large'],
  ])('is final: %i %s', async (status, reason, message) => {
    const memory = memoryKube();
    const ledger = await openOn(memory);
    const before = memory.calls.length;
    memory.intercept = () => Promise.reject(new KubeError(message, { status, reason }));
    await expect(ledger.reserve(reservationOf('a'))).rejects.toMatchObject({
      code: 'CSC_LEDGER_UNAVAILABLE',
      retryable: false,
    });
    expect(memory.calls.length - before).toBe(1);
  });
});
