import { describe, expect, it } from 'vitest';
import { resourceOf, resourcePath } from './resource-path.ts';

const runs = { group: 'callscribe.dev', version: 'v1alpha1', plural: 'transcriptionruns' };

describe('resourcePath', () => {
  it.each([
    [{ group: '', version: 'v1', plural: 'pods' }, '/api/v1/pods'],
    [{ group: '', version: 'v1', plural: 'namespaces', name: 'a' }, '/api/v1/namespaces/a'],
    [{ group: '', version: 'v1', plural: 'secrets', namespace: 'a', name: 'b' }, '/api/v1/namespaces/a/secrets/b'],
    [runs, '/apis/callscribe.dev/v1alpha1/transcriptionruns'],
    [{ ...runs, namespace: 'a' }, '/apis/callscribe.dev/v1alpha1/namespaces/a/transcriptionruns'],
    [
      { ...runs, namespace: 'a', name: 'b', subresource: 'status' },
      '/apis/callscribe.dev/v1alpha1/namespaces/a/transcriptionruns/b/status',
    ],
    [{ ...runs, subresource: 'status' }, '/apis/callscribe.dev/v1alpha1/transcriptionruns'],
    [
      { ...runs, namespace: 'a', name: '../../b' },
      '/apis/callscribe.dev/v1alpha1/namespaces/a/transcriptionruns/..%2F..%2Fb',
    ],
  ])('%j', (address, path) => {
    expect(resourcePath(address)).toBe(path);
  });
});

describe('resourceOf', () => {
  it.each([
    ['/api/v1/pods', 'pods'],
    ['/api/v1/namespaces/a', 'namespaces'],
    ['/api/v1/namespaces/a/secrets?limit=1', 'secrets'],
    ['/api/v1/namespaces/a/secrets/b', 'secrets'],
    ['/apis/callscribe.dev/v1alpha1/transcriptionruns?watch=true', 'transcriptionruns'],
    ['/apis/callscribe.dev/v1alpha1/namespaces/a/transcriptionruns/b/status', 'transcriptionruns/status'],
    ['/apis/coordination.k8s.io/v1/namespaces/status/leases/status', 'leases'],
  ])('%s is about %s', (path, resource) => {
    expect(resourceOf(path)).toBe(resource);
  });
});
