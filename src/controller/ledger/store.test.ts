/**
 * What a shard's write does when something comes between it and its answer.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { KubeError } from '../runtime/kube-error.ts';
import { createLedgerStore, type LedgerStore, runLabels, type StoredObject } from './store.ts';
import { memoryKube, type MemoryKube, RUN } from './test-ledger.ts';

const PATH = '/api/v1/namespaces/ns/configmaps';
const FIRST = `${PATH}/nightly-report`;

const retention = 'WithRun';

const noWaits: Clock = { now: () => 0, sleep: async (_, signal) => signal?.throwIfAborted() };

const storeOn = ({ kube }: MemoryKube, epoch = 'ours', signal = new AbortController().signal): LedgerStore =>
  createLedgerStore({ kube, run: RUN, retention, epoch, clock: noWaits, signal });

const noAnswer = new KubeError('no answer', { status: 0, reason: 'ECONNRESET' });

/** The next request with this method is done, or not, and its answer is lost. */
const loseAnswer = (memory: MemoryKube, method: string, isDone: boolean): void => {
  const { kube } = memory;
  const name = method === 'POST' ? 'create' : 'replace';
  const original = kube[name].bind(kube) as (...args: Parameters<typeof kube.create>) => Promise<unknown>;
  let left = 1;
  Object.assign(kube, {
    [name]: async (...args: Parameters<typeof kube.create>): Promise<unknown> => {
      if (left === 0) return original(...args);
      left -= 1;
      if (isDone) await original(...args);
      throw noAnswer;
    },
  });
};

const dataOf = ({ objects }: MemoryKube, path = FIRST): unknown => (objects.get(path) as StoredObject).data;

describe('a shard', () => {
  it('is a ConfigMap of the run, which the API server removes with it', async () => {
    const memory = memoryKube();
    await storeOn(memory).write(0, { 'report.csv': 'x' }, undefined);
    expect(memory.objects.get(FIRST)).toMatchObject({
      metadata: {
        labels: { 'callscribe.dev/run': 'nightly', 'callscribe.dev/run-uid': 'uid-1' },
        annotations: { 'callscribe.dev/epoch': 'ours' },
        ownerReferences: [{ kind: 'TranscriptionRun', name: 'nightly', uid: 'uid-1', controller: true }],
      },
      data: { 'report.csv': 'x' },
    });
  });

  it.each([
    ['POST', true],
    ['POST', false],
    ['PUT', true],
    ['PUT', false],
  ])('is written once although the answer to a %s is lost (it arrived: %s)', async (method, isDone) => {
    const memory = memoryKube();
    const store = storeOn(memory);
    const base = method === 'PUT' ? await store.write(0, { 'report.csv': '1' }, undefined) : undefined;
    loseAnswer(memory, method, isDone);
    const written = await store.write(0, { 'report.csv': '2' }, base);
    expect(dataOf(memory)).toEqual({ 'report.csv': '2' });
    // The version that it gives is one to go on with.
    await store.write(0, { 'report.csv': '3' }, written);
    expect(dataOf(memory)).toEqual({ 'report.csv': '3' });
  });

  it('is written though a person put a label on it', async () => {
    const memory = memoryKube();
    const store = storeOn(memory);
    const base = await store.write(0, { 'report.csv': '1' }, undefined);
    await memory.kube.patch(FIRST, { metadata: { ...memory.objects.get(FIRST)?.metadata, labels: { mine: 'yes' } } });
    await store.write(0, { 'report.csv': '2' }, base);
    expect(dataOf(memory)).toEqual({ 'report.csv': '2' });
  });

  it('is written as soon as the API server is back', async () => {
    const memory = memoryKube();
    let left = 5;
    memory.intercept = async () => {
      left -= 1;
      if (left >= 0) throw left % 2 ? noAnswer : new KubeError('busy', { status: 503, reason: 'ServiceUnavailable' });
    };
    await storeOn(memory).write(0, { 'report.csv': '1' }, undefined);
    expect(dataOf(memory)).toEqual({ 'report.csv': '1' });
  });

  it('is not written over what another owner wrote', async () => {
    const memory = memoryKube();
    const base = await storeOn(memory).write(0, { 'report.csv': '1' }, undefined);
    await storeOn(memory, 'theirs').write(0, { 'report.csv': '1' }, base);
    await expect(storeOn(memory).write(0, { 'report.csv': '2' }, base)).rejects.toMatchObject({
      code: 'CSC_LEDGER_FENCED',
      retryable: true,
    });
  });

  it('that another owner created meanwhile is a fence, not a corruption', async () => {
    const memory = memoryKube();
    await storeOn(memory, 'theirs').write(1, { 'report.csv': '1' }, undefined);
    await expect(storeOn(memory).write(1, { 'report.csv': '2' }, undefined)).rejects.toMatchObject({
      code: 'CSC_LEDGER_FENCED',
    });
  });

  it('is not written over what a person changed', async () => {
    const memory = memoryKube();
    const store = storeOn(memory);
    const base = await store.write(0, { 'report.csv': '1' }, undefined);
    await memory.kube.patch(FIRST, { data: { 'report.csv': 'mine' } });
    await expect(store.write(0, { 'report.csv': '2' }, base)).rejects.toMatchObject({
      code: 'CSC_LEDGER_CORRUPT',
      retryable: false,
    });
    expect(dataOf(memory)).toEqual({ 'report.csv': 'mine' });
  });

  it('waits for the one of a deleted run of the same name to be collected', async () => {
    const memory = memoryKube();
    const earlier = { ...RUN, uid: 'uid-0' };
    const signal = new AbortController().signal;
    await createLedgerStore({ kube: memory.kube, run: earlier, retention, epoch: 'old', clock: noWaits, signal }).write(
      0,
      {},
      undefined,
    );
    const store = storeOn(memory);
    await expect(store.write(0, { 'report.csv': '1' }, undefined)).rejects.toMatchObject({
      code: 'CSC_LEDGER_UNAVAILABLE',
      retryable: true,
    });
    expect([...(await store.list()).keys()]).toEqual([]);
    memory.objects.delete(FIRST);
    await store.write(0, { 'report.csv': '1' }, undefined);
  });

  it('that is gone is not made again: its run was deleted', async () => {
    const memory = memoryKube();
    const store = storeOn(memory);
    const base = await store.write(0, { 'report.csv': '1' }, undefined);
    memory.objects.delete(FIRST);
    loseAnswer(memory, 'PUT', false);
    await expect(store.write(0, { 'report.csv': '2' }, base)).rejects.toMatchObject({ code: 'CSC_LEDGER_FENCED' });
    expect(memory.objects.size).toBe(0);
  });

  it('that is too large is not tried again, and the error says so', async () => {
    const memory = memoryKube();
    memory.intercept = async () => {
      throw new KubeError('413 request entity too large', { status: 413, reason: 'RequestEntityTooLarge' });
    };
    await expect(storeOn(memory).write(0, {}, undefined)).rejects.toMatchObject({
      code: 'CSC_LEDGER_UNAVAILABLE',
      retryable: false,
    });
    expect(memory.calls).toHaveLength(1);
  });

  it('is not written any more once everything is to end', async () => {
    const memory = memoryKube();
    const abort = new AbortController();
    memory.intercept = async () => {
      abort.abort(new Error('enough'));
      throw noAnswer;
    };
    await expect(storeOn(memory, 'ours', abort.signal).write(0, {}, undefined)).rejects.toThrow('enough');
  });
});

describe('the shards of a run', () => {
  it('are listed in their order, and nothing else is', async () => {
    const memory = memoryKube();
    const store = storeOn(memory);
    for (const index of [10, 2, 0, 1]) await store.write(index, { 'report.csv': `${index}` }, undefined);
    const other = { ...RUN, name: 'nightly-report-1', uid: 'uid-2' };
    const signal = new AbortController().signal;
    await createLedgerStore({ kube: memory.kube, run: other, retention, epoch: 'x', clock: noWaits, signal }).write(
      0,
      {},
      undefined,
    );
    expect([...(await store.list()).keys()]).toEqual([0, 1, 2, 10]);
  });
});

describe('the labels of a run', () => {
  it('have the name as far as a label may be long, and end as one may end', () => {
    const name = `${'a'.repeat(62)}-${'b'.repeat(20)}`;
    expect(runLabels({ ...RUN, name })['callscribe.dev/run']).toBe('a'.repeat(62));
    expect(runLabels(RUN)['callscribe.dev/run']).toBe('nightly');
  });
});
