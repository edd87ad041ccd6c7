import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { plainFiles, plainManifests } from './plain.ts';

const metadata = (name: string, more: object = {}) => ({ name, ...more });
const object = (kind: string, more: object = {}) => ({ apiVersion: 'v1', kind, metadata: metadata('x', more) });
const options = { namespace: 'callscribe', image: 'callscribe:1.0.0', command: 'make x' };

describe('plainManifests', () => {
  it('takes the marks of Helm off, also inside', () => {
    const labels = { 'helm.sh/chart': 'c', 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/name': 'n' };
    const spec = { template: { metadata: { labels } } };
    const annotations = { 'helm.sh/resource-policy': 'keep' };
    expect(plainManifests([{ ...object('Deployment', { labels, annotations }), spec } as never])).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Deployment',
        metadata: { name: 'x', labels: { 'app.kubernetes.io/name': 'n' } },
        spec: { template: { metadata: { labels: { 'app.kubernetes.io/name': 'n' } } } },
      },
    ]);
  });

  it('keeps annotations of others', () => {
    const annotations = { 'helm.sh/resource-policy': 'keep', note: 'a' };
    expect(plainManifests([object('Service', { annotations })])[0]?.metadata).toEqual({
      name: 'x',
      annotations: { note: 'a' },
    });
  });

  it('puts first what others need', () => {
    const kinds = ['Deployment', 'Role', 'ServiceAccount', 'CustomResourceDefinition'];
    expect(plainManifests(kinds.map((kind) => object(kind))).map(({ kind }) => kind)).toEqual(kinds.toReversed());
  });
});

describe('plainFiles', () => {
  it('has the same objects in one file and in the base of kustomize', () => {
    const files = plainFiles(
      ['Deployment', 'Role', 'CustomResourceDefinition'].map((kind) => object(kind)),
      options,
    );
    const kindsIn = (name: string): string[] =>
      parseAllDocuments(files[name] ?? '').map((document) => (document.toJS() as { kind: string }).kind);
    expect(kindsIn('install.yaml')).toEqual(['Namespace', 'CustomResourceDefinition', 'Role', 'Deployment']);
    expect(kindsIn('kustomize/rbac.yaml')).toEqual(['Role']);
    expect(files['kustomize/kustomization.yaml']).toContain('newTag: 1.0.0');
  });

  it('forgets no object', () => {
    expect(() => plainFiles([object('Ingress')], options)).toThrow('no file for Ingress');
  });
});
