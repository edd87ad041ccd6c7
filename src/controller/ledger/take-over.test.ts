import { describe, expect, it } from 'vitest';
import type { Ledger } from './ledger.ts';
import {
  booksOn,
  heldOf,
  type MemoryKube,
  memoryKube,
  openOn,
  outboxOn,
  reservationOf,
  settled,
  shardsOn,
  SMALL,
} from './test-ledger.ts';

const limits = SMALL;

/** Reserves and settles until the open shard is full, and leaves no reservation behind. Gives what was settled. */
const fill = async (ledger: Ledger, memory: MemoryKube): Promise<number> => {
  for (let n = 0; ; n += 1) {
    const reservation = reservationOf(`filling-${n}`);
    await ledger.reserve(reservation);
    await ledger.settle(settled(reservation));
    const data = [...shardsOn(memory).values()].at(-1)?.data ?? {};
    if ((data['report.csv'] ?? '').length + (data['reserved.csv'] ?? '').length >= limits.sealBytes) return n + 1;
  }
};

const fenced = { code: 'CSC_LEDGER_FENCED' };

describe('an owner of a ledger from whom another one took it over', () => {
  const open = reservationOf('open');

  const operations: readonly (readonly [string, (ledger: Ledger) => Promise<void>])[] = [
    ['reserve', (ledger) => ledger.reserve(reservationOf('next'))],
    ['settle what was open', (ledger) => ledger.settle(settled(open))],
    ['settle what was never reserved', (ledger) => ledger.settle(settled(reservationOf('skipped')))],
    ['hand back', (ledger) => ledger.handBack(open)],
    ['write the summary', (ledger) => ledger.summarise({ phase: 'Succeeded' })],
  ];

  it.each(operations)('cannot %s', async (_, operation) => {
    const memory = memoryKube();
    const old = await openOn(memory, { limits });
    await old.reserve(open);
    await openOn(memory, { limits });
    const after = booksOn(memory);
    await expect(operation(old)).rejects.toMatchObject(fenced);
    expect(booksOn(memory)).toEqual(after);
    // What it is asked next it does not even try.
    const calls = memory.calls.length;
    await expect(old.reserve(reservationOf('another'))).rejects.toMatchObject(fenced);
    expect(memory.calls).toHaveLength(calls);
  });

  it('cannot reserve in a shard that it is about to create', async () => {
    const memory = memoryKube();
    const old = await openOn(memory, { limits });
    await fill(old, memory);
    expect(shardsOn(memory).size).toBe(1);
    await openOn(memory, { limits });
    await expect(old.reserve(reservationOf('next'))).rejects.toMatchObject(fenced);
    expect(booksOn(memory).reservations).toEqual([]);
  });

  it('cannot reserve in a shard that was merged and deleted before it wakes up', async () => {
    const memory = memoryKube();
    const old = await openOn(memory, { limits });
    await fill(old, memory);
    const next = await openOn(memory, { limits });
    for (let n = 0; n < limits.mergeFrom; n += 1) await fill(next, memory);
    await next.reserve(reservationOf('the last one'));
    expect(shardsOn(memory).has(1)).toBe(false);
    await expect(old.reserve(reservationOf('next'))).rejects.toMatchObject(fenced);
    // What it left there is empty, and is removed by whoever comes next.
    expect(shardsOn(memory).has(1)).toBe(true);
    expect(booksOn(memory).reservations).toMatchObject([{ recordingId: 'the last one' }]);
    await openOn(memory, { limits });
    expect(shardsOn(memory).has(1)).toBe(false);
  });

  it('cannot write the summary into a shard that was closed long ago', async () => {
    const memory = memoryKube();
    const old = await openOn(memory, { limits });
    await fill(old, memory);
    await old.reserve(reservationOf('in the second shard'));
    await openOn(memory, { limits });
    await expect(old.summarise({ phase: 'Succeeded' })).rejects.toMatchObject(fenced);
    expect(shardsOn(memory).get(0)?.data['summary.json']).toBe('{}\n');
  });

  it('cannot merge', async () => {
    const memory = memoryKube();
    const old = await openOn(memory, { limits });
    for (let n = 0; n < limits.mergeFrom; n += 1) await fill(old, memory);
    const before = booksOn(memory).rows;
    // After the reservation that closes the last of them it begins to merge: then another one takes over.
    let merging = 0;
    memory.intercept = async (call) => {
      if (!call.startsWith('GET /api/v1/namespaces/ns/configmaps/')) return;
      merging += 1;
      if (merging === limits.mergeFrom) await openOn(memory, { limits: { ...limits, mergeFrom: 99 } });
    };
    await old.reserve(reservationOf('the last one'));
    await expect(old.reserve(reservationOf('after it'))).rejects.toMatchObject(fenced);
    expect(merging).toBe(limits.mergeFrom);
    expect(booksOn(memory).rows.slice(0, before.length)).toEqual(before);
    expect(booksOn(memory).rows.slice(before.length)).toMatchObject([
      { recordingId: 'the last one', status: 'unknown' },
    ]);
  });
});

describe('whoever opens a ledger', () => {
  it('begins one where there is none', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory);
    expect([ledger.rows(), ledger.held(), ledger.shards(), ledger.tip().rows]).toEqual([[], [], 1, 0]);
    expect([...shardsOn(memory).keys()]).toEqual([0]);
  });

  it('turns what was open into unknown rows, but not that whose transcript is held', async () => {
    const memory = memoryKube();
    const [lost, kept] = [reservationOf('lost'), reservationOf('kept')];
    const old = await openOn(memory);
    await Promise.all([old.reserve(lost), old.reserve(kept)]);
    await old.hold(heldOf(kept));
    const next = await openOn(memory);
    expect(next.held()).toEqual([heldOf(kept)]);
    expect(booksOn(memory).reservations).toEqual([kept]);
    expect(next.rows()).toEqual([
      expect.objectContaining({
        recordingId: 'lost',
        status: 'unknown',
        outcome: '',
        errorCode: 'CSC_ATTEMPT_UNKNOWN',
        costMicros: 0,
        costUnknownMicros: lost.reservedMicros,
        atMs: 5000,
      }),
    ]);
    expect(booksOn(memory).rows).toEqual(next.rows());
  });

  it('is not misled by a transcript of an earlier attempt', async () => {
    const memory = memoryKube();
    const [first, second] = [reservationOf('a'), reservationOf('a', { attempt: 2 })];
    const old = await openOn(memory);
    await old.reserve(second);
    await outboxOn(memory).put(heldOf(first));
    const next = await openOn(memory);
    expect([next.held(), next.rows()]).toEqual([
      [],
      [expect.objectContaining({ recordingId: 'a', attempt: 2, status: 'unknown' })],
    ]);
  });

  it('removes a held transcript that was delivered, and leaves one that was given up on', async () => {
    const memory = memoryKube();
    const [delivered, refused] = [reservationOf('delivered'), reservationOf('refused')];
    const old = await openOn(memory);
    for (const reservation of [delivered, refused]) {
      await old.reserve(reservation);
      await old.hold(heldOf(reservation));
    }
    await old.settle(settled(delivered));
    await old.settle(settled(refused, { status: 'failed', outcome: 'Failed', errorCode: 'CSC_DELIVERY_REJECTED' }));
    expect((await openOn(memory)).held()).toEqual([]);
    const left = await outboxOn(memory).review(() => 'Take');
    expect(left.map(({ reservation }) => reservation.recordingId)).toEqual(['refused']);
  });

  it.each([1, 2, 3, 4, 5, 6])('gets it whole though request %i of two who come together fails', async (which) => {
    const memory = memoryKube();
    const old = await openOn(memory);
    await old.reserve(reservationOf('open'));
    let requests = 0;
    memory.intercept = async () => {
      requests += 1;
      if (requests === which) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const both = await Promise.allSettled([openOn(memory), openOn(memory)]);
    const winners = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    for (const one of both) if (one.status === 'rejected') expect(one.reason).toMatchObject(fenced);
    const reserved = await Promise.allSettled(winners.map((ledger, n) => ledger.reserve(reservationOf(`by-${n}`))));
    expect(reserved.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect(booksOn(memory).rows.map(({ recordingId }) => recordingId)).toEqual(['open']);
  });
});
