/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { KubeError } from '../runtime/kube-error.ts';
import { insist, isWorthInsisting, waits } from './insist.ts';

const error = (status: number): KubeError => new KubeError(`${status}`, { status, reason: 'R' });

describe('insist', () => {
  const scene = () => {
    const waited: number[] = [];
    const clock: Clock = {
      now: () => 0,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        waited.push(ms);
      },
    };
    return { waited, clock, abort: new AbortController() };
  };

  it('repeats what can pass until it succeeds', async () => {
    const { waited, clock, abort } = scene();
    const failures = [error(503), error(0), error(403)];
    const operation = async (): Promise<string> => {
      const failure = failures.shift();
      if (failure) throw failure;
      return 'done';
    };
    expect(await insist({ clock, signal: abort.signal }, operation)).toBe('done');
    expect(waited).toEqual([200, 400, 800]);
  });

  it.each([error(404), error(409), error(422), new TypeError('a defect')])('does not repeat %s', async (thrown) => {
    const { waited, clock, abort } = scene();
    await expect(insist({ clock, signal: abort.signal }, () => Promise.reject(thrown))).rejects.toBe(thrown);
    expect(waited).toEqual([]);
  });

  it('ends with the reason of the signal', async () => {
    const { clock, abort } = scene();
    const operation = async (): Promise<never> => {
      abort.abort(new Error('enough'));
      throw error(503);
    };
    await expect(insist({ clock, signal: abort.signal }, operation)).rejects.toThrow('enough');
  });
});

describe('isWorthInsisting', () => {
  it.each([
    [error(0), true],
    [error(401), true],
    // Permissions that were taken away can be given back.
    [error(403), true],
    [error(404), false],
    [error(409), false],
    [error(413), false],
    [error(429), true],
    [error(500), true],
    [new Error('no answer of the API server'), false],
  ])('%s: %s', (thrown, expected) => {
    expect(isWorthInsisting(thrown)).toBe(expected);
  });
});

describe('waits', () => {
  it('double, and are bounded', () => {
    const some = waits();
    const taken = Array.from({ length: 9 }, () => some.next().value);
    expect(taken).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
  });
});
