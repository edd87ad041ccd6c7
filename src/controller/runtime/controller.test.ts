import { describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import { type ControllerOptions, type Reconciled, runController, TerminalError } from './controller.ts';
import { createWorkQueue } from './work-queue.ts';

const scene = (more: Pick<ControllerOptions, 'reconcile'> & Partial<ControllerOptions>) => {
  const queue = createWorkQueue({ now: () => performance.now() });
  const seen: Reconciled[] = [];
  let ids = 0;
  const running = runController({
    queue,
    workers: 3,
    newId: () => `id-${(ids += 1)}`,
    clock: systemClock,
    onReconciled: (outcome) => seen.push(outcome),
    ...more,
  });
  return { queue, seen, running };
};

describe('runController', () => {
  it('reconciles, repeats later where asked, and tells of it', async () => {
    const asked: string[] = [];
    const { queue, seen, running } = scene({
      reconcile: async (key, reconcileId) => {
        asked.push(`${key} ${reconcileId}`);
        return asked.length === 1 ? { kind: 'RequeueAfter', ms: 10 } : { kind: 'Done' };
      },
    });
    queue.add('a');
    await expect.poll(() => seen.length).toBe(2);
    queue.shutDown();
    await running;
    expect(asked).toEqual(['a id-1', 'a id-2']);
    expect(seen.map(({ key, reconcileId, result }) => [key, reconcileId, result])).toEqual([
      ['a', 'id-1', 'RequeueAfter'],
      ['a', 'id-2', 'Done'],
    ]);
  });

  it('repeats what threw, later each time, and begins anew after a success', async () => {
    let calls = 0;
    const { queue, seen, running } = scene({
      reconcile: () => {
        calls += 1;
        if (calls < 3) throw new Error(`failure ${calls}`);
        return Promise.resolve({ kind: 'Done' });
      },
    });
    const startMs = performance.now();
    queue.add('a');
    await expect.poll(() => seen.length, { timeout: 5000 }).toBe(3);
    expect(performance.now() - startMs).toBeGreaterThan(290);
    queue.shutDown();
    await running;
    expect(seen.map(({ result, error }) => [result, error])).toEqual([
      ['Error', new Error('failure 1')],
      ['Error', new Error('failure 2')],
      ['Done', undefined],
    ]);
  });

  it('is not ended by a callback that throws', async () => {
    let calls = 0;
    const { queue, running } = scene({
      workers: 1,
      reconcile: async () => {
        calls += 1;
        return { kind: 'Done' };
      },
      onReconciled: () => {
        throw new Error('no metrics');
      },
    });
    for (const key of ['a', 'b', 'a']) queue.add(key);
    await expect.poll(() => calls).toBe(3);
    queue.shutDown();
    await running;
  });

  it('works on several keys at once, on one key never twice, and ends when all have ended', async () => {
    const busy = new Map<string, number>();
    let most = 0;
    let overlaps = 0;
    let ended = 0;
    const { queue, running } = scene({
      reconcile: async (key) => {
        const count = (busy.get(key) ?? 0) + 1;
        busy.set(key, count);
        if (count > 1) overlaps += 1;
        most = Math.max(most, [...busy.values()].filter((n) => n > 0).length);
        await systemClock.sleep(5);
        busy.set(key, count - 1);
        ended += 1;
        return { kind: 'Done' };
      },
    });
    for (let n = 0; n < 30; n += 1) {
      queue.add(`key-${n % 5}`);
      await systemClock.sleep(1);
    }
    queue.shutDown();
    await running;
    const endedAtReturn = ended;
    await systemClock.sleep(20);
    expect({ overlaps, most }).toEqual({ overlaps: 0, most: 3 });
    expect(ended).toBe(endedAtReturn);
  });

  it('does not repeat what is terminal, until something changes', async () => {
    const { queue, seen, running } = scene({
      reconcile: () => {
        throw new TerminalError('refused');
      },
    });
    queue.add('a');
    await expect.poll(() => seen.length).toBe(1);
    await systemClock.sleep(400);
    expect(seen.map(({ result }) => result)).toEqual(['TerminalError']);
    queue.add('a');
    await expect.poll(() => seen.length).toBe(2);
    queue.shutDown();
    await running;
  });
});
