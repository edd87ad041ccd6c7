/**
 * A client for the cluster that the environment names, for the commands that talk to one.
 * @module
 */
import { KubeConfig } from '@kubernetes/client-node';
import { createKubeClient, type KubeClient, type KubeClientOptions } from '../controller/runtime/kube-client.ts';

export interface Cluster {
  readonly kube: KubeClient;
  /** The namespace of the context, of the Pod, or `default`. */
  readonly namespace: string;
}

/** In-cluster credentials or `KUBECONFIG`, as kubectl finds them. */
export const loadKubeConfig = (): KubeConfig => {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
};

export const connect = (options: KubeClientOptions = {}): Cluster => {
  const config = loadKubeConfig();
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  return { kube: createKubeClient(config, options), namespace };
};
