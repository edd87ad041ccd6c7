/**
 * k3s in a container, where a Docker daemon and a registry answer.
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findKubectl } from './binaries.ts';
import type { Cluster, Log } from './cluster.ts';

const IMAGE = 'rancher/k3s:v1.34.2-k3s1';
const PROBE_TIMEOUT_MS = 5000;
const PULL_TIMEOUT_MS = 120_000;

const run = promisify(execFile);

const succeeds = async (args: readonly string[], timeout: number): Promise<boolean> => {
  try {
    await run('docker', args, { timeout });
    return true;
  } catch {
    return false;
  }
};

/** Undefined where there is no daemon, or where it cannot get the image. */
export const startK3s = async (log: Log): Promise<Cluster | undefined> => {
  if (!(await succeeds(['info', '--format', '{{.ServerVersion}}'], PROBE_TIMEOUT_MS))) return undefined;
  const present = await succeeds(['image', 'inspect', IMAGE], PROBE_TIMEOUT_MS);
  if (!present) {
    log(`pulling ${IMAGE}`);
    if (!(await succeeds(['pull', '--quiet', IMAGE], PULL_TIMEOUT_MS))) return undefined;
  }
  const { K3sContainer } = await import('@testcontainers/k3s');
  const container = await new K3sContainer(IMAGE).start();
  const folder = await mkdtemp(join(tmpdir(), 'callscribe-k3s-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, container.getKubeConfig(), { mode: 0o600 });
  return {
    kubeconfig,
    kubectl: await findKubectl(),
    stop: async () => {
      await container.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
