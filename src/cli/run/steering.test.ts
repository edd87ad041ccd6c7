/**
 * @module
 */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/runtime/manual-clock.ts';
import { runOf } from '../../controller/run/test-facts.ts';
import { type Signals, steer } from './steering.ts';

const scene = (spec: Readonly<Record<string, unknown>> = {}) => {
  const clock = manualClock();
  const signals = new EventEmitter();
  const steering = steer(runOf(spec).spec, { clock, signals: signals as unknown as Signals });
  const state = (): readonly boolean[] => [steering.draining.aborted, steering.signal.aborted];
  return { clock, signals, steering, state };
};

describe('steer', () => {
  it('lets the run go on', () => {
    const { steering, state } = scene();
    expect([state(), steering.end()]).toEqual([[false, false], undefined]);
  });

  it('drains at the first interrupt and ends at the second', () => {
    const { signals, steering, state } = scene();
    signals.emit('SIGTERM');
    expect(state()).toEqual([true, false]);
    signals.emit('SIGINT');
    expect(state()).toEqual([true, true]);
    // That is no end of the run: the same command goes on with it.
    expect(steering.end()).toBeUndefined();
  });

  it('begins nothing while the spec says suspend', () => {
    expect(scene({ suspend: true }).state()).toEqual([true, false]);
  });

  it('ends a run that the spec cancels, for good', () => {
    const { steering } = scene({ cancel: true, suspend: true });
    expect(steering.signal.reason).toMatchObject({ code: 'CSC_CANCELLED' });
    expect(steering.end()).toMatchObject({ code: 'CSC_CANCELLED' });
  });

  it('ends a run at its deadline', async () => {
    const { clock, steering, state } = scene({ activeDeadlineSeconds: 60 });
    await clock.advance(59_999);
    expect(state()).toEqual([false, false]);
    await clock.advance(1);
    expect(steering.signal.reason).toMatchObject({ code: 'CSC_DEADLINE_EXCEEDED' });
    expect(steering.end()?.message).toBe('the run took longer than 60 s');
  });

  it('leaves nothing behind', async () => {
    const { clock, signals, steering, state } = scene({ activeDeadlineSeconds: 60 });
    steering.stop();
    signals.emit('SIGINT');
    await clock.advance(100_000);
    expect([state(), signals.listenerCount('SIGINT'), signals.listenerCount('SIGTERM'), clock.pending()]).toEqual([
      [false, false],
      0,
      0,
      0,
    ]);
  });
});
