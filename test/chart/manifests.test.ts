/**
 * `deploy/install.yaml` and the kustomize base are what the chart renders.
 * @module
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { kubectlOK } from '../cluster/kubectl.ts';
import { type KubernetesObject, parseObjects } from './helm.ts';

const access = { kubeconfig: inject('kubeconfig'), kubectl: inject('kubectl') };
const pathOf = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

const keyOf = ({ kind, metadata: { namespace = '', name } }: KubernetesObject): string =>
  `${kind} ${namespace}/${name}`;
const byKey = (objects: readonly KubernetesObject[]) =>
  Object.fromEntries(objects.map((object) => [keyOf(object), object]));

describe('plain manifests', () => {
  it('are up to date', async () => {
    const { stderr } = await promisify(execFile)(process.execPath, [pathOf('hack/manifests.ts'), '--check']);
    expect(stderr).toBe('');
  });

  it('are the same with kustomize', async () => {
    const kustomized = parseObjects(await kubectlOK(access, ['kustomize', pathOf('deploy/kustomize')]));
    const installed = parseObjects(await readFile(pathOf('deploy/install.yaml'), 'utf8'));
    expect(byKey(kustomized)).toEqual(byKey(installed));
    expect(installed.length).toBeGreaterThan(8);
  });
});
