/**
 * One cluster for all whole-system tests, with the CRD in it.
 * @module
 */
import { readFile } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { applyCRDs } from '../cluster/crds.ts';
import { createOperatorAccount, grantedRules } from '../rbac/operator-account.ts';
import { compareVerbs } from '../rbac/recorded-verbs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    kubeconfig: string;
    kubectl: string;
    /** Of an account with the permissions of an installation. */
    operatorKubeconfig: string;
  }
}

const log = (line: string): void => {
  process.stdout.write(`==> ${line}\n`);
};

/** What a teardown throws is shown, and does not fail the run. */
const fail = (line: string): void => {
  log(`FAILED: ${line}`);
  process.exitCode = 1;
};

/**
 * Over the whole suite the operator has to use every permission that it has, and may ask for no other. `make test` sets
 * CALLSCRIBE_WHOLE_SUITE when it runs all of it.
 */
const checkPermissions = async ({ auditLog }: Cluster): Promise<void> => {
  if (auditLog === undefined) {
    log('SKIPPED, permissions against what was used: this cluster has no audit log');
    return;
  }
  const { unused, refused } = compareVerbs(await grantedRules(), await readFile(auditLog, 'utf8'));
  if (refused.length > 0) fail(`the roles of the chart lack ${refused.join(', ')}`);
  if (unused.length === 0) log('the operator used every permission that the chart gives it');
  else if (process.env['CALLSCRIBE_WHOLE_SUITE'])
    fail(`no test used ${unused.join(', ')}: the chart must not grant it`);
};

export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const cluster = await startCluster(log);
  await applyCRDs(cluster);
  project.provide('kubeconfig', cluster.kubeconfig);
  project.provide('kubectl', cluster.kubectl);
  const account = await createOperatorAccount(cluster);
  project.provide('operatorKubeconfig', account.kubeconfig);
  return async () => {
    try {
      if (project.name === 'system') await checkPermissions(cluster);
    } finally {
      await account.remove();
      await cluster.stop();
    }
  };
};
