import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { createEndpointLimits, whenAdmitted } from './endpoint-limits.ts';

describe('createEndpointLimits', () => {
  it('has the lowest ceiling of the runs that use the endpoint now', () => {
    const join = createEndpointLimits();
    const first = join('https://a', undefined);
    expect(first.inFlight.concurrency).toBe(Number.POSITIVE_INFINITY);
    const second = join('https://a', 4);
    const third = join('https://a', 2);
    expect(second.inFlight).toBe(first.inFlight);
    expect(first.inFlight.concurrency).toBe(2);
    third.leave();
    expect(first.inFlight.concurrency).toBe(4);
    second.leave();
    expect(first.inFlight.concurrency).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps endpoints apart, and forgets one that nobody uses', () => {
    const join = createEndpointLimits();
    const first = join('https://a', 1);
    expect(join('https://b', 3).inFlight).not.toBe(first.inFlight);
    first.leave();
    expect(join('https://a', 3).inFlight).not.toBe(first.inFlight);
  });
});

describe('whenAdmitted', () => {
  it('lets a waiting task go as soon as the signal is aborted, and never begins it', async () => {
    const limit = pLimit(1);
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const begun: string[] = [];
    const holder = whenAdmitted(limit, new AbortController().signal, async () => {
      begun.push('holder');
      await gate;
    });
    const controller = new AbortController();
    const waiting = whenAdmitted(limit, controller.signal, async () => {
      begun.push('waiting');
    });
    await setImmediate();
    controller.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    open();
    await holder;
    await setImmediate();
    expect(begun).toEqual(['holder']);
    expect(limit.activeCount + limit.pendingCount).toBe(0);
  });

  it('does not begin anything with an aborted signal', async () => {
    await expect(whenAdmitted(pLimit(1), AbortSignal.abort(new Error('over')), async () => 1)).rejects.toThrow('over');
  });

  it('keeps the place of a begun task until it ended', async () => {
    const limit = pLimit(1);
    const controller = new AbortController();
    const task = whenAdmitted(limit, controller.signal, async () => {
      await setImmediate();
      return limit.activeCount;
    });
    await Promise.resolve();
    await Promise.resolve();
    controller.abort(new Error('over'));
    await expect(task).resolves.toBe(1);
  });
});
