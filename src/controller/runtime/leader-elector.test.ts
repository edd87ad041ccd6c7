import { describe, expect, it, onTestFinished } from 'vitest';
import { manualTimers } from '../../../test/runtime/manual-timers.ts';
import { memoryKube, type MemoryKube } from '../../../test/runtime/memory-kube.ts';
import { KubeError } from './kube-error.ts';
import { createLeaderElector, type LeaderEvent } from './leader-elector.ts';
import type { Lease } from './lease.ts';

const PATH = '/apis/coordination.k8s.io/v1/namespaces/ns/leases/callscribe';
const unavailable = new KubeError('no answer', { status: 0, reason: 'ECONNREFUSED' });

/** A replica on an API server in memory, with time that only the test moves. */
const replica = (memory: MemoryKube, identity: string, { timers = manualTimers(), drainMs = 0 } = {}) => {
  const stop = new AbortController();
  const events: string[] = [];
  const state = { leading: 0, terms: 0 };
  const elector = createLeaderElector({
    kube: memory.kube,
    namespace: 'ns',
    name: 'callscribe',
    identity,
    clock: { now: () => timers.nowMs(), sleep: () => Promise.resolve() },
    random: () => 0,
    timers,
    onEvent: (event: LeaderEvent) => events.push(event.kind),
  });
  const lead = async (signal: AbortSignal): Promise<void> => {
    state.leading += 1;
    state.terms += 1;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await new Promise<void>((resolve) => {
      timers.after(drainMs, resolve);
    });
    state.leading -= 1;
  };
  const running = elector.run(lead, stop.signal);
  onTestFinished(async () => {
    memory.intercept = () => Promise.resolve();
    stop.abort();
    await timers.advance(60_000);
    await running;
  });
  return { stop, events, state, running, timers };
};

const holder = ({ objects }: MemoryKube): unknown => (objects.get(PATH) as Lease | undefined)?.spec?.holderIdentity;

describe('createLeaderElector', () => {
  it('leads where nobody does, and renews', async () => {
    const memory = memoryKube();
    const a = replica(memory, 'a');
    await a.timers.advance(0);
    expect([a.state.leading, holder(memory)]).toEqual([1, 'a']);
    await a.timers.advance(60_000);
    expect(a.state).toEqual({ leading: 1, terms: 1 });
    expect(memory.calls.filter((call) => call.startsWith('PUT'))).toHaveLength(30);
  });

  it('lets only one of two lead', async () => {
    const memory = memoryKube();
    const timers = manualTimers();
    const [a, b] = [replica(memory, 'a', { timers }), replica(memory, 'b', { timers })];
    for (let n = 0; n < 60; n += 1) {
      await timers.advance(1000);
      expect(a.state.leading + b.state.leading).toBe(1);
    }
  });

  it('hands over at once when it is stopped, and only after its work has ended', async () => {
    const memory = memoryKube();
    const timers = manualTimers();
    const a = replica(memory, 'a', { timers, drainMs: 40_000 });
    await timers.advance(0);
    const b = replica(memory, 'b', { timers });
    await timers.advance(1000);
    a.stop.abort();
    // Draining takes longer than the Lease lasts: it is renewed meanwhile.
    await timers.advance(39_000);
    expect([a.state.leading, b.state.leading, holder(memory)]).toEqual([1, 0, 'a']);
    await timers.advance(4000);
    expect([a.state.leading, b.state.leading, holder(memory)]).toEqual([0, 1, 'b']);
    expect(a.events).toEqual(['Leading', 'Released']);
  });

  it('stops leading before anyone else may, where the API server is away', async () => {
    const memory = memoryKube();
    const a = replica(memory, 'a');
    await a.timers.advance(0);
    memory.intercept = () => Promise.reject(unavailable);
    await a.timers.advance(9999);
    expect(a.state.leading).toBe(1);
    await a.timers.advance(1);
    expect(a.state.leading).toBe(0);
    expect(a.events).toContain('Lost');
    memory.intercept = () => Promise.resolve();
    await a.timers.advance(2000);
    expect(a.state).toEqual({ leading: 1, terms: 2 });
  });

  it('stops leading in time where the API server takes requests and does not answer', async () => {
    const memory = memoryKube();
    const a = replica(memory, 'a');
    await a.timers.advance(0);
    memory.intercept = (_, signal) =>
      new Promise((__, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    await a.timers.advance(9999);
    expect(a.state.leading).toBe(1);
    await a.timers.advance(1);
    expect(a.state.leading).toBe(0);
  });

  it('follows a leader that died once its Lease has run out', async () => {
    const memory = memoryKube();
    await memory.kube.create(PATH.replace('/callscribe', ''), {
      metadata: { name: 'callscribe', namespace: 'ns' },
      // A renewal in the future by the clock of the dead one does not matter.
      spec: {
        holderIdentity: 'dead',
        leaseDurationSeconds: 15,
        renewTime: '2999-01-01T00:00:00.000000Z',
        leaseTransitions: 1,
      },
    });
    const b = replica(memory, 'b');
    await b.timers.advance(15_000);
    expect(b.state.leading).toBe(0);
    await b.timers.advance(2001);
    expect([b.state.leading, holder(memory)]).toEqual([1, 'b']);
    expect(memory.objects.get(PATH)).toMatchObject({ spec: { leaseTransitions: 2 } });
  });

  it('stops as soon as it sees that somebody else took over while it was frozen', async () => {
    const memory = memoryKube();
    const a = replica(memory, 'a');
    await a.timers.advance(0);
    const taken = { ...(memory.objects.get(PATH) as Lease), spec: { holderIdentity: 'b', leaseDurationSeconds: 15 } };
    await memory.kube.replace(PATH, taken);
    await a.timers.advance(2000);
    expect([a.state.leading, holder(memory)]).toEqual([0, 'b']);
    expect(a.events).toEqual(['Leading', 'Lost']);
  });

  it('releases though its last renewal was broken off after it had arrived', async () => {
    const memory = memoryKube();
    const a = replica(memory, 'a');
    await a.timers.advance(0);
    // The Lease has a newer version than the elector knows.
    await memory.kube.replace(PATH, memory.objects.get(PATH) ?? {});
    a.stop.abort();
    await a.timers.advance(0);
    await a.running;
    expect(holder(memory)).toBe('');
    expect(a.timers.pending()).toBe(0);
  });
});
