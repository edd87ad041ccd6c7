import { describe, expect, it } from 'vitest';
import { resourcePath } from './resource-path.ts';

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
