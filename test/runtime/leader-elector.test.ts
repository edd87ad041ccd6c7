import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createEventRecorder } from '../../src/controller/runtime/event-recorder.ts';
import type { KubeClient } from '../../src/controller/runtime/kube-client.ts';
import { createLeaderElector } from '../../src/controller/runtime/leader-elector.ts';
import { resourcePath } from '../../src/controller/runtime/resource-path.ts';
import { createLease, leasesPath, ownNamespace, type PlainLease, realClient } from './real-client.ts';

const replica = (kube: KubeClient, namespace: string, identity: string) => {
  const stop = new AbortController();
  const state = { leading: false };
  const elector = createLeaderElector({
    kube,
    namespace,
    name: 'leader',
    identity,
    clock: systemClock,
    random: Math.random,
    leaseDurationMs: 3000,
    renewDeadlineMs: 2000,
    retryPeriodMs: 200,
  });
  const running = elector.run(async (leading) => {
    state.leading = true;
    if (!leading.aborted) await once(leading, 'abort');
    state.leading = false;
  }, stop.signal);
  return {
    state,
    stop: async () => {
      stop.abort();
      await running;
    },
  };
};

describe('createLeaderElector on a real API server', () => {
  it('hands over from one replica to the next', async () => {
    const kube = realClient();
    const namespace = await ownNamespace(kube);
    const a = replica(kube, namespace, 'a');
    await expect.poll(() => a.state.leading).toBe(true);
    const b = replica(kube, namespace, 'b');
    await systemClock.sleep(1000);
    expect([a.state.leading, b.state.leading]).toEqual([true, false]);
    await a.stop();
    await expect.poll(() => b.state.leading).toBe(true);
    const lease = await kube.get<PlainLease>(leasesPath(namespace, 'leader'));
    expect(lease.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1, leaseDurationSeconds: 3 });
    await b.stop();
    expect((await kube.get<PlainLease>(leasesPath(namespace, 'leader'))).spec?.holderIdentity ?? '').toBe('');
  });
});

describe('createEventRecorder on a real API server', () => {
  it('writes an Event and counts it up', async () => {
    const kube = realClient();
    const namespace = await ownNamespace(kube);
    const errors: unknown[] = [];
    const { metadata } = await createLease(kube, namespace, 'subject');
    const recorder = createEventRecorder({
      kube,
      clock: systemClock,
      newId: () => '1',
      onError: (error) => errors.push(error),
    });
    const subject = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata };
    for (let n = 0; n < 3; n += 1)
      recorder.emit(subject, { type: 'Warning', reason: 'CSC_STT_REJECTED', message: 'no' });
    await recorder.flush();
    const path = resourcePath({ group: '', version: 'v1', plural: 'events', namespace });
    const { items } = await kube.list(path, { fieldSelector: `involvedObject.uid=${metadata.uid}` });
    expect(errors).toEqual([]);
    expect(items).toMatchObject([{ count: 3, reason: 'CSC_STT_REJECTED', type: 'Warning', message: 'no' }]);
  });
});
