/**
 * One cluster for all whole-system tests, with the CRD in it.
 * @module
 */
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { startCluster } from '../cluster/cluster.ts';
import { kubectlOK } from '../cluster/kubectl.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    kubeconfig: string;
    kubectl: string;
  }
}

const CRDS = fileURLToPath(new URL('../../deploy/crds', import.meta.url));

const log = (line: string): void => {
  process.stdout.write(`==> ${line}\n`);
};

export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const cluster = await startCluster(log);
  await kubectlOK(cluster, ['apply', '--server-side', '-f', CRDS]);
  await kubectlOK(cluster, ['wait', '--for=condition=Established', '--timeout=30s', '-f', CRDS]);
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('kubectl', cluster.kubectl);
  return () => cluster.stop();
};
