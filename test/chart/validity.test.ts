/**
 * What the chart renders is valid for the oldest and the newest Kubernetes that it is made for, and for a real API server.
 * @module
 */
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createNamespace, kubectl, kubectlOK } from '../cluster/kubectl.ts';
import { CHART, helm, parseObjects, render, template } from './helm.ts';
import { openSchemas, type Schemas } from './kubernetes-schemas.ts';
import { podSpecsOf } from './pod-specs.ts';
import { valueSets } from './value-sets.ts';

const program = inject('helm');
const access = { kubeconfig: inject('kubeconfig'), kubectl: inject('kubectl') };

/** Kinds of operators that need not be installed. */
const FOREIGN: ReadonlySet<string> = new Set(['ServiceMonitor', 'PrometheusRule']);

describe.each(['v1.31.14', 'v1.36.3'])('for Kubernetes %s', (version) => {
  let schemas: Schemas;
  beforeAll(async () => {
    schemas = await openSchemas(version);
  });

  it.each(Object.keys(valueSets))('%s', async (name) => {
    const { objects } = await render(program, valueSets[name], true);
    expect(objects.length).toBeGreaterThan(1);
    for (const object of objects) {
      const problems = schemas.problemsOf(object);
      if (problems === undefined) expect(FOREIGN).toContain(object.kind);
      else expect(problems).toEqual([]);
    }
  });

  it('finds a misspelt field and a wrong type', () => {
    const metadata = { name: 'x' };
    const spec = { replicas: 'two', template: { spec: { containers: [{ name: 'a', imagePullPolice: 'Always' }] } } };
    const problems = schemas.problemsOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
    expect(problems?.join('\n')).toMatch(/imagePullPolice[^]*|must be integer/);
    expect(problems?.length).toBeGreaterThanOrEqual(2);
  });
});

describe('on the real API server', () => {
  const made = new Set<string>();
  afterAll(async () => {
    if (made.size > 0) await kubectl(access, ['delete', 'namespace', '--wait=false', ...made]);
  });

  it.each(Object.keys(valueSets))('%s', async (name) => {
    const { objects } = await render(program, valueSets[name], true);
    const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
    for (const namespace of namespaces) {
      const { code } = await kubectl(access, ['create', 'namespace', namespace]);
      if (code === 0) made.add(namespace);
    }
    // A Pod needs its service account to be there; see below.
    const native = objects.filter(({ kind }) => !FOREIGN.has(kind) && kind !== 'Pod');
    const manifest = native.map((object) => stringify(object)).join('---\n');
    const printed = await kubectlOK(
      access,
      ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-f', '-'],
      manifest,
    );
    expect(printed.trim().split('\n')).toHaveLength(native.length);
  });

  it('all Pods may run where the Pod Security Standard restricted is enforced', async () => {
    const namespace = await createNamespace(access, 'restricted');
    const enforce = 'pod-security.kubernetes.io/enforce';
    await kubectlOK(access, [
      'label',
      'namespace',
      namespace.name,
      `${enforce}=restricted`,
      `${enforce}-version=latest`,
    ]);
    const values = { ...valueSets['with schedules'], speechServer: { enabled: true } };
    const { objects } = await render(program, values, true);
    const pods = podSpecsOf(objects);
    expect(pods.length).toBeGreaterThanOrEqual(4);
    for (const [index, spec] of pods.entries()) {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `pod-${index}` },
        spec: { ...spec, serviceAccountName: 'default' },
      };
      await kubectlOK(access, ['-n', namespace.name, 'apply', '--dry-run=server', '-f', '-'], stringify(pod));
    }
    await namespace.remove();
  });
});

describe('helm', () => {
  it('has nothing to say against the chart', async () => {
    const { code, stdout } = await helm(program, ['lint', '--strict', CHART]);
    expect({ code, stdout: stdout.replaceAll(/^.*(?:\[INFO\]|Linting).*$/gm, '').trim() }).toEqual({
      code: 0,
      stdout: '1 chart(s) linted, 0 chart(s) failed',
    });
  });

  it('refuses an older Kubernetes', async () => {
    const { code, stderr } = await template(program, {}, ['--kube-version=1.30.0']);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('kubeVersion') });
    expect(parseObjects((await template(program, {}, ['--kube-version=1.31.0'])).stdout).length).toBeGreaterThan(5);
  });
});
