import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { KubeClient } from '../../src/controller/runtime/kube-client.ts';
import { isGone } from '../../src/controller/runtime/kube-error.ts';
import { createReflector, type Reflector, type ReflectorOptions } from '../../src/controller/runtime/reflector.ts';
import {
  createLease,
  leasesPath,
  ownNamespace,
  type PlainLease,
  proxiedClient,
  realClient,
  untilForgetful,
  watchForgottenPlace,
} from './real-client.ts';

interface Scene {
  readonly reflector: Reflector<PlainLease>;
  readonly errors: unknown[];
  readonly changes: string[];
  /** The names in the cache. */
  readonly names: () => string[];
}

const follow = (kube: KubeClient, namespace: string, more: Partial<ReflectorOptions> = {}): Scene => {
  const stop = new AbortController();
  const errors: unknown[] = [];
  const changes: string[] = [];
  const reflector = createReflector<PlainLease>({
    kube,
    path: leasesPath(namespace),
    clock: systemClock,
    // The shortest back-off.
    random: () => 0,
    onChange: (key) => changes.push(key),
    onError: (error) => errors.push(error),
    ...more,
  });
  const running = reflector.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  return {
    reflector,
    errors,
    changes,
    names: () => [...reflector.keys()].map((key) => key.slice(namespace.length + 1)).toSorted(),
  };
};

const patience = { timeout: 20_000 };

describe('createReflector on a real API server', () => {
  it('lists in pages and follows what happens', async () => {
    const kube = realClient();
    const namespace = await ownNamespace(kube);
    for (const name of ['a', 'b', 'c']) await createLease(kube, namespace, name);
    const { reflector, names, errors } = follow(kube, namespace, { pageSize: 2 });
    await expect.poll(reflector.hasSynced, patience).toBe(true);
    expect(names()).toEqual(['a', 'b', 'c']);
    await createLease(kube, namespace, 'd');
    await kube.delete(leasesPath(namespace, 'a'));
    await kube.patch(leasesPath(namespace, 'b'), { spec: { holderIdentity: 'me' } });
    await expect.poll(names, patience).toEqual(['b', 'c', 'd']);
    await expect.poll(() => reflector.get(`${namespace}/b`)?.spec?.holderIdentity, patience).toBe('me');
    expect(errors).toEqual([]);
  });

  it('misses nothing that happens while its connection is broken', async () => {
    const direct = realClient();
    const namespace = await ownNamespace(direct);
    await createLease(direct, namespace, 'deleted');
    await createLease(direct, namespace, 'kept');
    const { kube, proxy } = await proxiedClient();
    const { names, errors } = follow(kube, namespace);
    await expect.poll(names, patience).toEqual(['deleted', 'kept']);
    proxy.refuse(true);
    proxy.cut();
    await expect.poll(() => errors.length, patience).toBeGreaterThan(1);
    await direct.delete(leasesPath(namespace, 'deleted'));
    await createLease(direct, namespace, 'added');
    proxy.refuse(false);
    await expect.poll(names, patience).toEqual(['added', 'kept']);
  });

  it('notices a connection that went deaf', async () => {
    const direct = realClient();
    const namespace = await ownNamespace(direct);
    await createLease(direct, namespace, 'deleted');
    const { kube, proxy } = await proxiedClient({ timeoutMs: 2000 });
    const { names, errors } = follow(kube, namespace, { idleMs: 1500 });
    await expect.poll(names, patience).toEqual(['deleted']);
    proxy.blackHole();
    await direct.delete(leasesPath(namespace, 'deleted'));
    await createLease(direct, namespace, 'added');
    await expect.poll(names, patience).toEqual(['added']);
    expect(errors).toEqual([]);
  });

  it('lists again when the API server has forgotten its place, and finds what was deleted meanwhile', async () => {
    const kube = realClient();
    const namespace = await ownNamespace(kube);
    await createLease(kube, namespace, 'deleted');
    await createLease(kube, namespace, 'kept');
    await untilForgetful(kube);
    let stale = true;
    const forgetful: KubeClient = {
      get: kube.get.bind(kube),
      list: kube.list.bind(kube),
      create: kube.create.bind(kube),
      replace: kube.replace.bind(kube),
      patch: kube.patch.bind(kube),
      delete: kube.delete.bind(kube),
      close: kube.close.bind(kube),
      watch: async function* <T>(...[path, query, options]: Parameters<KubeClient['watch']>) {
        const forgotten = stale;
        stale = false;
        if (forgotten) await kube.delete(leasesPath(namespace, 'deleted'));
        yield* forgotten ? watchForgottenPlace(kube) : kube.watch<T>(path, query, options);
      },
    };
    const { names, errors } = follow(forgetful, namespace);
    await expect.poll(names, patience).toEqual(['kept']);
    expect(errors.map(isGone)).toEqual([true]);
    await createLease(kube, namespace, 'later');
    await expect.poll(names, patience).toEqual(['kept', 'later']);
  });

  it('tells apart an object that was made anew under the same name while it was away', async () => {
    const direct = realClient();
    const namespace = await ownNamespace(direct);
    await createLease(direct, namespace, 'a');
    const { kube, proxy } = await proxiedClient();
    const { reflector, names } = follow(kube, namespace);
    await expect.poll(names, patience).toEqual(['a']);
    proxy.refuse(true);
    proxy.cut();
    await direct.delete(leasesPath(namespace, 'a'));
    const again = await createLease(direct, namespace, 'a');
    proxy.refuse(false);
    await expect.poll(() => reflector.get(`${namespace}/a`)?.metadata.uid, patience).toBe(again.metadata.uid);
  });
});
