import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

const queue = (): WorkQueue => {
  const made = createWorkQueue({ now: () => performance.now() });
  onTestFinished(() => made.shutDown());
  return made;
};

/** The keys that can be taken without waiting. */
const drain = async (from: WorkQueue): Promise<string[]> => {
  const keys: string[] = [];
  while (from.depth() > 0) keys.push((await from.take()) ?? '');
  return keys;
};

describe('createWorkQueue', () => {
  it('gives keys in the order in which they came, each once', async () => {
    const q = queue();
    for (const key of ['a', 'b', 'a', 'c', 'b']) q.add(key);
    expect(await drain(q)).toEqual(['a', 'b', 'c']);
  });

  it('hands a key to who waits for one', async () => {
    const q = queue();
    const taking = q.take();
    q.add('a');
    expect(await taking).toBe('a');
  });

  it('does not give a key that is being worked on to a second worker', async () => {
    const q = queue();
    q.add('a');
    expect(await q.take()).toBe('a');
    q.add('a');
    q.add('a');
    expect(q.depth()).toBe(0);
    q.done('a');
    expect(await drain(q)).toEqual(['a']);
  });

  it('does not repeat a key that was not added again', async () => {
    const q = queue();
    q.add('a');
    await q.take();
    q.done('a');
    expect(q.depth()).toBe(0);
  });

  it('gives a delayed key after its time', async () => {
    const q = queue();
    const startMs = performance.now();
    q.addAfter('a', 40);
    expect(q.depth()).toBe(0);
    expect(await q.take()).toBe('a');
    expect(performance.now() - startMs).toBeGreaterThan(35);
  });

  it.each([
    ['first', [10, 60_000]],
    ['last', [60_000, 10]],
  ])('keeps the earlier of two times, asked for %s', async (_, waits) => {
    const q = queue();
    for (const ms of waits) q.addAfter('a', ms);
    expect(await q.take()).toBe('a');
  });

  it('does not fire at once for a wait that is longer than a timer can be', async () => {
    const q = queue();
    q.addAfter('a', 40 * 86_400_000);
    await delay(20);
    expect(q.depth()).toBe(0);
  });

  it('doubles the wait of a key that keeps failing, of that key alone, until it is forgotten', async () => {
    const q = queue();
    const waitOf = async (key: string): Promise<number> => {
      const startMs = performance.now();
      q.addRateLimited(key);
      await q.take();
      q.done(key);
      return performance.now() - startMs;
    };
    const waits = [await waitOf('a'), await waitOf('a'), await waitOf('b')];
    q.forget('a');
    waits.push(await waitOf('a'));
    expect(waits.map((ms) => Math.round(ms / 100))).toEqual([1, 2, 1, 1]);
  });

  it('lets all go when it is shut down, and takes nothing any more', async () => {
    const q = queue();
    const taking = q.take();
    q.addAfter('later', 5);
    q.shutDown();
    q.add('a');
    q.addAfter('b', 0);
    expect(await taking).toBeUndefined();
    expect(await q.take()).toBeUndefined();
    await delay(15);
    expect(q.depth()).toBe(0);
  });

  it('stays fast with many keys', async () => {
    const q = queue();
    const keys = Array.from({ length: 20_000 }, (_, n) => `namespace/run-${n}`);
    const startMs = performance.now();
    for (const key of keys) q.add(key);
    for (const key of keys) q.add(key);
    expect(await drain(q)).toEqual(keys);
    // Some tens of milliseconds; a scan of the queue for each key would take minutes.
    expect(performance.now() - startMs).toBeLessThan(5000);
  });
});
