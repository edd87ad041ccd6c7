import { describe, expect, it } from 'vitest';
import {
  isAlreadyExists,
  isConflict,
  isGone,
  isNotFound,
  isTooLarge,
} from '../../src/controller/runtime/kube-error.ts';
import { resourcePath } from '../../src/controller/runtime/resource-path.ts';
import {
  createLease,
  leasesPath,
  ownNamespace,
  type PlainLease,
  proxiedClient,
  realClient,
  tunnelledClient,
  untilForgetful,
  watchForgottenPlace,
} from './real-client.ts';

const failed = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  );

describe('createKubeClient on a real API server', () => {
  it('creates, reads, replaces, patches, lists and deletes', async () => {
    const kube = realClient();
    const namespace = await ownNamespace(kube);
    const path = leasesPath(namespace, 'a');
    const created = await createLease(kube, namespace, 'a');
    expect(isAlreadyExists(await failed(createLease(kube, namespace, 'a')))).toBe(true);
    const replaced = await kube.replace<PlainLease>(path, { ...created, spec: { holderIdentity: 'b' } });
    expect(isConflict(await failed(kube.replace(path, created)))).toBe(true);
    const patched = await kube.patch<PlainLease>(path, { spec: { holderIdentity: 'c' } });
    expect([replaced.spec?.holderIdentity, patched.spec?.holderIdentity]).toEqual(['b', 'c']);
    expect(await kube.get(path)).toEqual(patched);
    const listed = await kube.list<PlainLease>(leasesPath(namespace), {});
    expect(listed.items.map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(isConflict(await failed(kube.delete(path, { preconditions: { uid: 'another' } })))).toBe(true);
    await kube.delete(path, { preconditions: { uid: created.metadata.uid } });
    expect(isNotFound(await failed(kube.get(path)))).toBe(true);
  });

  it('is refused a patch of an object that took the place of the one that is meant', async () => {
    const kube = realClient();
    const namespace = await ownNamespace(kube);
    await createLease(kube, namespace, 'a');
    const error = await failed(kube.patch(leasesPath(namespace, 'a'), { metadata: { uid: 'another' } }));
    expect(error).toMatchObject({ status: 422, isRetryable: false });
  });

  it('lists in pages', async () => {
    const kube = realClient();
    const namespace = await ownNamespace(kube);
    for (const name of ['a', 'b', 'c']) await createLease(kube, namespace, name);
    const first = await kube.list<PlainLease>(leasesPath(namespace), { limit: '2' });
    expect(first.items).toHaveLength(2);
    const rest = await kube.list<PlainLease>(leasesPath(namespace), {
      limit: '2',
      continue: first.metadata.continue ?? '',
    });
    expect(rest.items.map(({ metadata }) => metadata.name)).toEqual(['c']);
    expect(rest.metadata.continue ?? '').toBe('');
  });

  it.each([
    ['the limit of a ConfigMap', 1_100_000],
    ['the limit of etcd', 2_000_000],
    ['the limit of a request', 4_000_000],
  ])('knows an object that is larger than %s', async (_, size) => {
    const kube = realClient();
    const namespace = await ownNamespace(kube);
    const path = resourcePath({ group: '', version: 'v1', plural: 'configmaps', namespace });
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data: { x: 'x'.repeat(size) } };
    const error = await failed(kube.create(path, body));
    expect(isTooLarge(error), String(error).slice(0, 300)).toBe(true);
    expect(error).toMatchObject({ isRetryable: false });
  });

  it('sends many requests over few connections', async () => {
    const { kube, proxy } = await proxiedClient();
    const namespace = await ownNamespace(kube);
    await createLease(kube, namespace, 'a');
    for (let n = 0; n < 100; n += 1) await kube.get(leasesPath(namespace, 'a'));
    expect(proxy.connections()).toBeLessThan(5);
  });

  it('shares no connection between requests that are under way, as HTTP/2 would', async () => {
    const { kube, proxy } = await proxiedClient();
    const paths = Array.from({ length: 10 }, () => leasesPath('kube-system'));
    await Promise.all(paths.map((path) => kube.list(path, {})));
    expect(proxy.connections()).toBeGreaterThan(5);
  });

  it('goes through the proxy that the kubeconfig names', async () => {
    const { kube, targets } = await tunnelledClient();
    await kube.list(leasesPath('kube-system'), {});
    expect(targets).toHaveLength(1);
  });

  it('gets through again after its connections went deaf', async () => {
    const { kube, proxy } = await proxiedClient({ timeoutMs: 1000 });
    const namespace = await ownNamespace(kube);
    await createLease(kube, namespace, 'a');
    proxy.blackHole();
    const path = leasesPath(namespace, 'a');
    expect(await failed(kube.get(path))).toMatchObject({ status: 0, reason: 'Timeout', isRetryable: true });
    expect(await kube.get<PlainLease>(path)).toMatchObject({ metadata: { name: 'a' } });
  });

  it('knows that a resource version is no longer to be had', async () => {
    const kube = realClient();
    await untilForgetful(kube);
    const error = await failed(Array.fromAsync(watchForgottenPlace(kube)));
    expect(isGone(error), String(error)).toBe(true);
  });
});
