/**
 * The Kubernetes of the tests and the demo, behind one small interface. It never touches a cluster that nobody named: neither
 * `KUBECONFIG` nor `~/.kube/config` is looked at.
 * @module
 */
import { startControlPlane } from './control-plane.ts';
import { buildBinaries, cachedBinaries, findKubectl } from './binaries.ts';
import { startK3s } from './k3s.ts';

export interface Cluster {
  /** Path of a kubeconfig of an administrator. */
  readonly kubeconfig: string;
  /** Path of a kubectl. */
  readonly kubectl: string;
  /** Path of what the API server wrote down about the operator's requests; not every cluster has it. */
  readonly auditLog?: string;
  stop(): Promise<void>;
}

/** One way to a cluster; undefined where it is not open on this machine. */
export interface Provider {
  readonly name: string;
  start(log: Log): Promise<Cluster | undefined>;
}

export type Log = (line: string) => void;

const given: Provider = {
  name: 'CALLSCRIBE_TEST_KUBECONFIG',
  start: async () => {
    const kubeconfig = process.env['CALLSCRIBE_TEST_KUBECONFIG'];
    return kubeconfig ? { kubeconfig, kubectl: await findKubectl(), stop: async () => {} } : undefined;
  },
};

const fromBinaries = async (binaries: string): Promise<Cluster> => {
  const plane = await startControlPlane(binaries);
  return { ...plane, kubectl: await findKubectl(binaries) };
};

const cached: Provider = {
  name: 'binaries of KUBEBUILDER_ASSETS or the cache',
  start: async () => {
    const binaries = await cachedBinaries(process.env);
    return binaries ? fromBinaries(binaries) : undefined;
  },
};

const k3s: Provider = { name: 'k3s in Docker', start: startK3s };

const built: Provider = {
  name: 'a control plane built from its Go module',
  start: async (log) => fromBinaries(await buildBinaries(process.env, log)),
};

export const providers: readonly Provider[] = [given, cached, k3s, built];

/** Starts a cluster by the first provider that can. */
export const startCluster = async (log: Log = () => {}, from: readonly Provider[] = providers): Promise<Cluster> => {
  for (const provider of from) {
    const cluster = await provider.start(log);
    if (cluster) {
      log(`Kubernetes is up: ${provider.name}`);
      return cluster;
    }
  }
  throw new Error('no provider could start a cluster');
};
