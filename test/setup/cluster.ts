/**
 * One cluster for all whole-system tests, with the CRD in it.
 * @module
 */
import type { TestProject } from 'vitest/node';
import { startCluster } from '../cluster/cluster.ts';
import { applyCRDs } from '../cluster/crds.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    kubeconfig: string;
    kubectl: string;
  }
}

const log = (line: string): void => {
  process.stdout.write(`==> ${line}\n`);
};

export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const cluster = await startCluster(log);
  await applyCRDs(cluster);
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('kubectl', cluster.kubectl);
  return () => cluster.stop();
};
