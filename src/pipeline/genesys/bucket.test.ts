/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { createBucket } from './bucket.ts';
import type { Bucket, Share } from './bucket.ts';

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** Time that moves only when the test says so. */
const manualClock = () => {
  let nowMs = 0;
  const sleepers = new Set<Sleeper>();
  const clock: Clock = {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper: Sleeper = { untilMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason as Error);
        });
      }),
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  return {
    clock,
    settle,
    sleepers: () => sleepers.size,
    /** Moves on to `toMs`, and wakes everybody on the way. */
    advance: async (toMs: number): Promise<void> => {
      await settle();
      for (;;) {
        const [next] = [...sleepers].filter(({ untilMs }) => untilMs <= toMs).toSorted((a, b) => a.untilMs - b.untilMs);
        if (!next) break;
        nowMs = Math.max(nowMs, next.untilMs);
        sleepers.delete(next);
        next.wake();
        await settle();
      }
      nowMs = toMs;
    },
  };
};

const setUp = (): ReturnType<typeof manualClock> & { readonly bucket: Bucket; readonly log: string[] } => {
  const time = manualClock();
  return { ...time, bucket: createBucket(time.clock, () => 0.5), log: [] };
};

/** Takes `count` tokens and notes who got one when. */
const takeMany = (share: Share, count: number, note: () => void): void => {
  for (let call = 0; call < count; call += 1) void share.take().then(note);
};

describe('a bucket', () => {
  it('never lets more calls than its ceiling happen within 60 seconds, whenever they are asked for', async () => {
    const { bucket, clock, advance } = setUp();
    const share = bucket.join(5);
    const times: number[] = [];
    takeMany(share, 3, () => times.push(clock.now()));
    await advance(30_000);
    takeMany(share, 14, () => times.push(clock.now()));
    await advance(600_000);
    expect(times).toHaveLength(17);
    expect(times.slice(0, 7)).toEqual([0, 0, 0, 30_000, 30_000, 60_000, 60_000]);
    for (const time of times) {
      expect(times.filter((other) => other > time - 60_000 && other <= time).length).toBeLessThanOrEqual(5);
    }
  });

  it('gives its tokens in turn: ten are not starved by ten thousand', async () => {
    const { bucket, advance, log } = setUp();
    const [large, small] = [bucket.join(20), bucket.join(20)];
    takeMany(large, 10_000, () => log.push('large'));
    await advance(1);
    expect(log).toHaveLength(20);
    takeMany(small, 10, () => log.push('small'));
    await advance(60_000);
    expect(log.slice(20)).toHaveLength(20);
    expect(log.slice(20).filter((who) => who === 'small')).toHaveLength(10);
    expect(log.slice(20, 24).toSorted((a, b) => a.localeCompare(b))).toEqual(['large', 'large', 'small', 'small']);
  });

  it('holds to the lowest ceiling of those that share it, and to a higher one when that one has left', async () => {
    const { bucket, advance, log } = setUp();
    const [fast, slow] = [bucket.join(10), bucket.join(2)];
    takeMany(fast, 10, () => log.push('fast'));
    await advance(1);
    expect(log).toHaveLength(2);
    slow.leave();
    await advance(2);
    expect(log).toHaveLength(10);
  });

  it('holds everybody back during a pause, also who waits already, and a little longer', async () => {
    const { bucket, clock, advance } = setUp();
    const [one, other] = [bucket.join(1), bucket.join(1)];
    await one.take();
    const times: number[] = [];
    void other.take().then(() => times.push(clock.now()));
    one.pause(90_000);
    one.pause(10);
    await advance(90_400);
    expect(times).toEqual([]);
    await advance(100_000);
    expect(times).toEqual([90_500]);
  });

  it('lets who is told to stop go, and takes no token for it', async () => {
    const { bucket, advance, log, sleepers } = setUp();
    const share = bucket.join(1);
    await share.take();
    const abort = new AbortController();
    const waiting = share.take(abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    await advance(1);
    expect(sleepers()).toBe(0);
    takeMany(share, 1, () => log.push('next'));
    await advance(60_000);
    expect(log).toEqual(['next']);
    await expect(share.take(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  });

  it('is idle when nobody uses it and a minute has passed', async () => {
    const { bucket, advance } = setUp();
    const share = bucket.join(5);
    await share.take();
    expect(bucket.isIdle()).toBe(false);
    share.leave();
    expect(bucket.isIdle()).toBe(false);
    await advance(60_000);
    expect(bucket.isIdle()).toBe(true);
  });

  it('forgets what is older than a minute, however much it was', async () => {
    const { bucket, advance, log } = setUp();
    const share = bucket.join(3000);
    takeMany(share, 9000, () => log.push('call'));
    await advance(59_999);
    expect(log).toHaveLength(3000);
    await advance(120_000);
    expect(log).toHaveLength(9000);
  });
});

describe('what answers say of the use of the client', () => {
  it('lowers the ceiling to what is really allowed', async () => {
    const { bucket, advance, log } = setUp();
    const share = bucket.join(300);
    await share.take();
    share.answered({ allowed: 3, count: 1, resetMs: 60_000 });
    takeMany(share, 10, () => log.push('call'));
    await advance(1);
    expect(log).toHaveLength(2);
  });

  it('holds everybody back when others have used up the window', async () => {
    const { bucket, clock, advance } = setUp();
    const share = bucket.join(300);
    await share.take();
    share.answered({ allowed: 300, count: 300, resetMs: 42_000 });
    const times: number[] = [];
    void share.take().then(() => times.push(clock.now()));
    await advance(60_000);
    expect(times).toEqual([42_000]);
  });

  it('counts the calls that are under way, too', async () => {
    const { bucket, clock, advance } = setUp();
    const share = bucket.join(300);
    await Promise.all([share.take(), share.take(), share.take()]);
    share.answered({ allowed: 300, count: 298, resetMs: 10_000 });
    const times: number[] = [];
    void share.take().then(() => times.push(clock.now()));
    await advance(20_000);
    expect(times).toEqual([10_000]);
  });

  it('is not needed', async () => {
    const { bucket, advance, log } = setUp();
    const share = bucket.join(300);
    await share.take();
    share.answered();
    takeMany(share, 1, () => log.push('call'));
    await advance(1);
    expect(log).toEqual(['call']);
  });
});
