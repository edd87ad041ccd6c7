import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { manualTimers } from '../../../test/runtime/manual-timers.ts';
import { deadline, follow } from './abort.ts';
import { pause } from './timers.ts';

const late = (): Error => new Error('late');

describe('follow', () => {
  it('is aborted with its outer signal, for the same reason', () => {
    const outer = new AbortController();
    using follower = follow(outer.signal);
    outer.abort(new Error('stop'));
    expect(follower.signal.reason).toEqual(new Error('stop'));
  });

  it('is aborted at once where the outer signal is', () => {
    using follower = follow(AbortSignal.abort('gone'));
    expect(follower.signal.reason).toBe('gone');
  });

  it('does not abort its outer signal', () => {
    const outer = new AbortController();
    using follower = follow(outer.signal);
    follower.abort();
    expect(outer.signal.aborted).toBe(false);
  });
});

describe('deadline', () => {
  it('ends after its time, for its reason', async () => {
    const timers = manualTimers();
    using limit = deadline(timers, { ms: 100, reason: late });
    await timers.advance(99);
    expect(limit.signal.aborted).toBe(false);
    await timers.advance(1);
    expect(limit.signal.reason).toEqual(late());
  });

  it('leaves no timer and no listener behind', () => {
    const timers = manualTimers();
    const outer = new AbortController();
    {
      using _ = deadline(timers, { ms: 100, outer: outer.signal, reason: late });
      expect(timers.pending()).toBe(1);
      expect(getEventListeners(outer.signal, 'abort')).toHaveLength(1);
    }
    expect(timers.pending()).toBe(0);
    expect(getEventListeners(outer.signal, 'abort')).toHaveLength(0);
  });
});

describe('pause', () => {
  it('lasts as long as it was asked to', async () => {
    const timers = manualTimers();
    let over = false;
    const pausing = pause(timers, 50, new AbortController().signal).then(() => {
      over = true;
    });
    await timers.advance(49);
    expect(over).toBe(false);
    await timers.advance(1);
    await pausing;
    expect(over).toBe(true);
  });

  it('ends with its signal and leaves nothing behind', async () => {
    const timers = manualTimers();
    const controller = new AbortController();
    const pausing = pause(timers, 1e9, controller.signal);
    controller.abort();
    await pausing;
    expect(timers.pending()).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });
});
