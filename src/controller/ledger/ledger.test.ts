/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { CallscribeError } from '../../errors.ts';
import { genesis } from '../../pipeline/settle/chain.ts';
import { linkedRows } from '../../pipeline/test-spec.ts';
import { KubeError } from '../runtime/kube-error.ts';
import { booksOn, heldOf, type MemoryKube, memoryKube, openOn, reservationOf, settled, SMALL } from './test-ledger.ts';

const writes = ({ calls }: MemoryKube): number => calls.filter((call) => /^(POST|PUT) /.test(call)).length;

const refused = new KubeError('422 invalid', { status: 422, reason: 'Invalid' });

describe('a ledger', () => {
  it('writes what arrives while it writes with the next write, and tells each when it is safe', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory);
    const before = writes(memory);
    const gate = Promise.withResolvers<void>();
    memory.intercept = () => gate.promise;
    const done: string[] = [];
    const reserve = (id: string): Promise<void> => ledger.reserve(reservationOf(id)).then(() => void done.push(id));
    const all = ['a', 'b', 'c', 'd'].map(reserve);
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual([]);
    gate.resolve();
    await Promise.all(all);
    // The first alone, since nothing was under way; the others together.
    expect(writes(memory) - before).toBe(2);
    expect(booksOn(memory).reservations.map(({ recordingId }) => recordingId)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('drops the reservation and adds the row in one write', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory);
    const reservation = reservationOf('a');
    await ledger.reserve(reservation);
    const before = writes(memory);
    await ledger.settle(settled(reservation));
    expect(writes(memory) - before).toBe(1);
    expect(booksOn(memory)).toEqual({ rows: linkedRows([settled(reservation)], genesis('USD')), reservations: [] });
    expect([ledger.tip().rows, ledger.shards()]).toEqual([1, 1]);
  });

  it('settles in the shard of the reservation, though that is full by now', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory, { limits: { ...SMALL, mergeFrom: 99 } });
    const early = reservationOf('early');
    await ledger.reserve(early);
    for (let index = 0; index < 20; index += 1) await ledger.settle(settled(reservationOf(`r-${index}`)));
    expect(ledger.shards()).toBeGreaterThan(2);
    await ledger.settle(settled(early));
    const first = memory.objects.get('/api/v1/namespaces/ns/configmaps/nightly-report') as {
      data?: Record<string, string>;
    };
    expect(first.data?.['report.csv']).toContain('early');
    expect(booksOn(memory).reservations).toEqual([]);
  });

  it('hands back without a row', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory);
    await ledger.reserve(reservationOf('a'));
    await ledger.handBack(reservationOf('a'));
    expect(booksOn(memory)).toEqual({ rows: [], reservations: [] });
  });

  it('is broken by a write that failed: nobody who waits is told that it is safe, and nothing is written any more', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory);
    const first = reservationOf('a');
    await ledger.reserve(first);
    memory.intercept = async () => {
      throw refused;
    };
    const waiting = await Promise.allSettled([
      ledger.settle(settled(first)),
      ledger.reserve(reservationOf('b')),
      ledger.summarise({}),
    ]);
    for (const one of waiting) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'CSC_LEDGER_UNAVAILABLE' } });
    }
    memory.intercept = () => Promise.resolve();
    const before = writes(memory);
    for (const late of [ledger.reserve(reservationOf('c')), ledger.handBack(first), ledger.summarise({})]) {
      await expect(late).rejects.toMatchObject({ code: 'CSC_LEDGER_UNAVAILABLE' });
    }
    expect(writes(memory)).toBe(before);
    // The next one finds what is really there.
    const next = await openOn(memory);
    expect(next.rows()).toMatchObject([{ recordingId: 'a', status: 'unknown' }]);
  });

  it('writes the summary into the first shard, and keeps it there', async () => {
    const memory = memoryKube();
    const ledger = await openOn(memory);
    await Promise.all([ledger.reserve(reservationOf('a')), ledger.summarise({ counts: 1 })]);
    await ledger.settle(settled(reservationOf('a')));
    const first = memory.objects.get('/api/v1/namespaces/ns/configmaps/nightly-report');
    expect(first).toMatchObject({ data: { 'summary.json': '{\n  "counts": 1\n}\n' } });
    expect(booksOn(memory).rows).toHaveLength(1);
  });

  it.each([
    ['hold', refused],
    ['hold', new Error('a defect')],
    ['forget', refused],
  ] as const)('tells of an outbox that cannot %s as of any other book', async (operation, thrown) => {
    const memory = memoryKube();
    const ledger = await openOn(memory);
    memory.intercept = async () => {
      throw thrown;
    };
    const failing = operation === 'hold' ? ledger.hold(heldOf(reservationOf('a'))) : ledger.forget('a');
    await expect(failing).rejects.toMatchObject({ code: 'CSC_LEDGER_UNAVAILABLE' });
  });

  it('cannot be opened where the API server does not answer, and says so with its own code', async () => {
    const memory = memoryKube();
    memory.intercept = async () => {
      throw new KubeError('no answer', { status: 0, reason: 'ECONNREFUSED' });
    };
    const error = await openOn(memory).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CallscribeError);
    expect(error).toMatchObject({ code: 'CSC_LEDGER_UNAVAILABLE', retryable: true });
  });

  it.each(['nightly-report', 'nightly-report-1'])('cannot be opened where %s is missing', async (name) => {
    const memory = memoryKube();
    const ledger = await openOn(memory, { limits: { ...SMALL, mergeFrom: 99 } });
    for (let index = 0; index < 20; index += 1) await ledger.settle(settled(reservationOf(`r-${index}`)));
    memory.objects.delete(`/api/v1/namespaces/ns/configmaps/${name}`);
    await expect(openOn(memory)).rejects.toMatchObject({ code: 'CSC_LEDGER_CORRUPT', retryable: false });
  });
});
