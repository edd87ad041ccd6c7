import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { KubeError } from '../runtime/kube-error.ts';
import { type HeldSecret, OUTBOX_TYPE, outboxName, PART_BYTES } from './outbox.ts';
import { heldOf, type MemoryKube, memoryKube, outboxOn, reservationOf, RUN } from './test-ledger.ts';

const SECRETS = '/api/v1/namespaces/ns/secrets';

const secretsOn = ({ objects }: MemoryKube) =>
  new Map(
    [...objects].flatMap(([path, object]) =>
      path.startsWith(SECRETS) ? [[path.slice(SECRETS.length + 1), object as HeldSecret] as const] : [],
    ),
  );

const ids = async (memory: MemoryKube): Promise<readonly string[]> => {
  const held = await outboxOn(memory).review(() => 'Take');
  return held.map(({ reservation: { recordingId, attempt } }) => `${recordingId} ${attempt}`);
};

/** Text that does not become smaller: its compressed form is longer than one Secret. */
const endless = (bytes: number): string => randomBytes(bytes).toString('base64');

describe('the outbox', () => {
  it('keeps a transcript in a Secret of the run, compressed', async () => {
    const memory = memoryKube();
    const held = heldOf(reservationOf('a/b'));
    await outboxOn(memory).put(held);
    const [[name, secret] = []] = secretsOn(memory);
    expect(name).toBe(outboxName(RUN, 'a/b'));
    expect(secret).toMatchObject({
      type: OUTBOX_TYPE,
      metadata: {
        labels: { 'callscribe.dev/run': 'nightly', 'callscribe.dev/run-uid': 'uid-1' },
        ownerReferences: [{ kind: 'TranscriptionRun', name: 'nightly', uid: 'uid-1', controller: true }],
      },
    });
    const [data = ''] = Object.values(secret?.data ?? {});
    expect(JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString())).toEqual(held);
  });

  it('gives what it kept, and forgets what was taken', async () => {
    const memory = memoryKube();
    const outbox = outboxOn(memory);
    for (const id of ['a', 'b']) await outbox.put(heldOf(reservationOf(id)));
    expect(await outbox.review(() => 'Take')).toEqual([heldOf(reservationOf('a')), heldOf(reservationOf('b'))]);
    await outbox.remove('a');
    await outbox.remove('a');
    expect(await ids(memory)).toEqual(['b 1']);
  });

  it('shows nothing of another run, not even of one of the same name', async () => {
    const memory = memoryKube();
    await outboxOn(memory).put(heldOf(reservationOf('a')));
    expect(await outboxOn(memory, { run: { ...RUN, uid: 'uid-2' } }).review(() => 'Take')).toEqual([]);
  });

  it('drops what it is told to, and leaves the rest', async () => {
    const memory = memoryKube();
    for (const id of ['a', 'b', 'c']) await outboxOn(memory).put(heldOf(reservationOf(id)));
    const verdicts: Readonly<Record<string, 'Take' | 'Keep' | 'Drop'>> = { a: 'Take', b: 'Drop', c: 'Keep' };
    const taken = await outboxOn(memory).review(({ recordingId }) => verdicts[recordingId] ?? 'Keep');
    expect(taken.map(({ reservation }) => reservation.recordingId)).toEqual(['a']);
    expect(await ids(memory)).toEqual(['a 1', 'c 1']);
  });

  it('keeps the transcript of the latest attempt, in whichever order they come', async () => {
    for (const attempts of [
      [1, 2],
      [2, 1],
    ]) {
      const memory = memoryKube();
      for (const attempt of attempts) await outboxOn(memory).put(heldOf(reservationOf('a', { attempt })));
      expect(await ids(memory)).toEqual(['a 2']);
    }
  });

  it('spreads a transcript that is too long for one Secret over several', async () => {
    const memory = memoryKube();
    const held = heldOf(reservationOf('a'), endless(2.5 * PART_BYTES));
    await outboxOn(memory).put(held);
    const sizes = [...secretsOn(memory).values()].map(
      ({ data }) => Buffer.from(Object.values(data ?? {})[0] ?? '', 'base64').length,
    );
    expect(sizes).toHaveLength(3);
    expect(Math.max(...sizes)).toBe(PART_BYTES);
    expect(await outboxOn(memory).review(() => 'Take')).toEqual([held]);
    await outboxOn(memory).remove('a');
    expect(secretsOn(memory).size).toBe(0);
  });

  it.each([1, 2])('never gives half a transcript, where the process ended after %i of three parts', async (written) => {
    const memory = memoryKube();
    const end = new AbortController();
    const held = heldOf(reservationOf('a'), endless(2.5 * PART_BYTES));
    memory.intercept = async (_, signal) => {
      if (memory.calls.length > written) end.abort(new Error('the process ended'));
      signal?.throwIfAborted();
    };
    await expect(outboxOn(memory, { signal: end.signal }).put(held)).rejects.toThrow('the process ended');
    memory.intercept = () => Promise.resolve();
    expect(secretsOn(memory).size).toBe(written);
    expect(await outboxOn(memory).review(() => 'Take')).toEqual([]);
    const again = heldOf(reservationOf('a', { attempt: 2 }), endless(2.5 * PART_BYTES));
    await outboxOn(memory).put(again);
    expect(await outboxOn(memory).review(() => 'Take')).toEqual([again]);
  });

  it.each([
    ['the API server is away', new KubeError('no answer', { status: 0, reason: 'ECONNREFUSED' })],
    ['somebody took away its permissions', new KubeError('no', { status: 403, reason: 'Forbidden' })],
  ])('insists while %s', async (_, error) => {
    const memory = memoryKube();
    memory.intercept = async () => {
      if (memory.calls.length < 3) throw error;
    };
    await outboxOn(memory).put(heldOf(reservationOf('a')));
    expect(await ids(memory)).toEqual(['a 1']);
  });

  it('does not insist on what cannot be', async () => {
    const memory = memoryKube();
    memory.intercept = () => Promise.reject(new KubeError('no', { status: 413, reason: 'RequestEntityTooLarge' }));
    await expect(outboxOn(memory).put(heldOf(reservationOf('a')))).rejects.toMatchObject({ status: 413 });
    expect(memory.calls).toHaveLength(1);
  });
});
