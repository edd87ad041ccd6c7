import { describe, expect, it } from 'vitest';
import { genesis } from '../../pipeline/settle/chain.ts';
import { linkedRows } from '../../pipeline/test-spec.ts';
import { leftovers, mergedData, nextMerge, withoutLeftovers } from './merge.ts';
import { emptyShard, encode } from './shard.ts';
import type { Version } from './store.ts';
import { booksOn, memoryKube, openOn, reservationOf, settled, shardsOn, SMALL } from './test-ledger.ts';

/** Rows in their places in the chain, which the order of the alphabet tells. */
const ROWS = linkedRows(
  ['a', 'b', 'c', 'd'].map((id) => settled(reservationOf(id))),
  genesis('USD'),
);

const versionOf = (...ids: readonly string[]): Version => {
  const rows = ROWS.filter(({ recordingId }) => ids.includes(recordingId));
  return { resourceVersion: '1', data: { ...encode({ ...emptyShard(0), rows }, 'USD') } };
};

describe('nextMerge', () => {
  const limits = { mergedBytes: 100, mergeFrom: 3 };

  it.each([
    ['too few', [10, 10], undefined],
    ['just enough', [10, 10, 10], [0, 1, 2]],
    ['all that fit', [30, 30, 30, 10, 10], [0, 1, 2, 3]],
    ['none that is large already', [95, 30, 30, 30], [1, 2, 3]],
    ['none behind a large one where too few follow', [95, 30, 95, 30], undefined],
    ['nothing of nothing', [], undefined],
  ])('%s', (_, sizes, expected) => {
    expect(
      nextMerge(
        sizes.map((bytes, index) => ({ index, bytes })),
        limits,
      ),
    ).toEqual(expected);
  });
});

describe('a merged shard', () => {
  it('holds the rows of all, one header and a note of what it holds', () => {
    const others = new Map([
      [1, versionOf('b', 'c')],
      [4, versionOf('d')],
    ]);
    const data = mergedData(versionOf('a').data, others);
    expect(data['report.csv']).toBe(versionOf('a', 'b', 'c', 'd').data['report.csv']);
    const shards = new Map([[0, { resourceVersion: '2', data }], ...others]);
    expect([...leftovers(shards)]).toEqual([1, 4]);
    expect([...withoutLeftovers(shards).keys()]).toEqual([0]);
  });

  it('is no reason to drop a shard that is not what was copied', () => {
    const data = mergedData(versionOf('a').data, new Map([[1, versionOf('b')]]));
    const changed = new Map([
      [0, { resourceVersion: '2', data }],
      [1, versionOf('b', 'c')],
    ]);
    expect(() => leftovers(changed)).toThrowError(expect.objectContaining({ code: 'CSC_LEDGER_CORRUPT' }));
  });
});

describe('merging', () => {
  const RECORDINGS = 90;

  const work = async (ledger: Awaited<ReturnType<typeof openOn>>, ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      await ledger.reserve(reservationOf(id));
      await ledger.settle(settled(reservationOf(id)));
    }
  };

  const ids = Array.from({ length: RECORDINGS }, (_, n) => `r-${n}`);

  it('keeps the number of shards small, and every row in its place', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory, { limits: SMALL });
    await work(ledger, ids);
    await ledger.summarise({ phase: 'Succeeded' });
    const created = memory.calls.filter((call) => call.startsWith('POST')).length;
    expect(created).toBeGreaterThan(8);
    expect(shardsOn(memory).size).toBe(ledger.shards());
    expect(shardsOn(memory).size).toBeLessThan(created / 2);
    expect(booksOn(memory).rows.map(({ recordingId }) => recordingId)).toEqual(ids);
    expect(ledger.tip().rows).toBe(RECORDINGS);
    expect(JSON.parse(shardsOn(memory).get(0)?.data['summary.json'] ?? '')).toEqual({ phase: 'Succeeded' });
    for (const { data } of shardsOn(memory).values()) {
      expect(Object.values(data).join('').length).toBeLessThanOrEqual(SMALL.mergedBytes + 1000);
    }
  });

  it('leaves alone what still has something open in it', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory, { limits: SMALL });
    await ledger.reserve(reservationOf('open'));
    await work(ledger, ids);
    expect(booksOn(memory).reservations).toEqual([reservationOf('open')]);
    await ledger.settle(settled(reservationOf('open')));
    expect(booksOn(memory).rows).toHaveLength(RECORDINGS + 1);
  });

  it('survives an end after any of its requests', async () => {
    const counting = memoryKube();
    await work(await openOn(counting, { limits: SMALL }), ids);
    const all = counting.calls.length;
    let interrupted = 0;
    for (let last = 1; last <= all; last += 1) {
      const memory = memoryKube();
      const end = new AbortController();
      memory.intercept = async (_, signal) => {
        if (memory.calls.length > last) end.abort(new Error('the process ended'));
        signal?.throwIfAborted();
      };
      await openOn(memory, { limits: SMALL, signal: end.signal })
        .then((ledger) => work(ledger, ids))
        .catch(() => {});
      const before = booksOn(memory);
      if (shardsOn(memory).size !== [...withoutLeftovers(shardsOn(memory))].length) interrupted += 1;
      memory.intercept = () => Promise.resolve();
      const next = await openOn(memory, { limits: SMALL });
      expect(withoutLeftovers(shardsOn(memory))).toEqual(shardsOn(memory));
      const { rows } = booksOn(memory);
      expect(rows.filter(({ status }) => status === 'success')).toEqual(before.rows);
      expect(rows.filter(({ status }) => status === 'unknown')).toHaveLength(before.reservations.length);
      expect(next.rows()).toEqual(rows);
    }
    // The ends between copy and deletion were among them.
    expect(interrupted).toBeGreaterThan(5);
  });
});
