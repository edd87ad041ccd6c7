/**
 * Clients for the cluster of the tests, straight or through a wire that can be cut, and a namespace of one's own.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, inject, onTestFinished } from 'vitest';
import { API_GROUP, PLURAL, VERSION } from '../../src/api/types.ts';
import {
  createKubeClient,
  type KubeClient,
  type KubeClientOptions,
  type WatchEvent,
} from '../../src/controller/runtime/kube-client.ts';
import { isGone } from '../../src/controller/runtime/kube-error.ts';
import { resourcePath } from '../../src/controller/runtime/resource-path.ts';
import { startProxy, type TCPProxy } from './tcp-proxy.ts';

const loadConfig = (): KubeConfig => {
  const config = new KubeConfig();
  config.loadFromFile(inject('kubeconfig'));
  return config;
};

const closing = (kube: KubeClient): KubeClient => {
  onTestFinished(() => kube.close());
  return kube;
};

export const realClient = (options?: KubeClientOptions): KubeClient => closing(createKubeClient(loadConfig(), options));

export const proxiedClient = async (
  options?: KubeClientOptions,
): Promise<{ readonly kube: KubeClient; readonly proxy: TCPProxy }> => {
  const config = loadConfig();
  const target = new URL(config.getCurrentCluster()?.server ?? '');
  const proxy = await startProxy(target);
  onTestFinished(() => proxy.close());
  config.clusters = config.clusters.map((cluster) => ({
    ...cluster,
    server: `https://127.0.0.1:${proxy.port}`,
    // The certificate is for the address behind the proxy.
    ...(target.hostname !== '127.0.0.1' && { tlsServerName: target.hostname }),
  }));
  return { kube: closing(createKubeClient(config, options)), proxy };
};

/** A client that goes through an HTTP proxy, as a kubeconfig may say; `targets` fills with what the proxy was asked to reach. */
export const tunnelledClient = async (): Promise<{
  readonly kube: KubeClient;
  readonly targets: readonly string[];
}> => {
  const config = loadConfig();
  const targets: string[] = [];
  const server = createServer().on('connect', (request, inner) => {
    targets.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    const outer = connect(Number(port), hostname, () => {
      inner.write('HTTP/1.1 200 OK\r\n\r\n');
      inner.pipe(outer).pipe(inner);
    });
    for (const socket of [inner, outer]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const proxyUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  config.clusters = config.clusters.map((cluster) => ({ ...cluster, proxyUrl }));
  return { kube: closing(createKubeClient(config)), targets };
};

const NAMESPACES = resourcePath({ group: '', version: 'v1', plural: 'namespaces' });

export const ownNamespace = async (kube: KubeClient): Promise<string> => {
  const name = `runtime-${randomUUID().slice(0, 8)}`;
  await kube.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  onTestFinished(async () => {
    await kube.delete(`${NAMESPACES}/${name}`);
  });
  return name;
};

export const leasesPath = (namespace: string, name?: string): string =>
  resourcePath({ group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace, ...(name && { name }) });

export interface PlainLease {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
  readonly spec?: { readonly holderIdentity?: string };
}

export const createLease = (kube: KubeClient, namespace: string, name: string): Promise<PlainLease> =>
  kube.create<PlainLease>(leasesPath(namespace), {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name },
  });

const RUNS = resourcePath({ group: API_GROUP, version: VERSION, plural: PLURAL });

/**
 * A watch that the API server refuses as too old. It keeps what happened to most resources for minutes, but knows the runs only
 * since their CRD was made, which was later than version 1.
 */
export const watchForgottenPlace = (kube: KubeClient): AsyncIterable<WatchEvent<never>> =>
  kube.watch(RUNS, { resourceVersion: '1', timeoutSeconds: '5' });

/** Resolves when the API server has made its cache of the runs, which it does when they are first asked for. */
export const untilForgetful = async (kube: KubeClient): Promise<void> => {
  const attempt = (): Promise<boolean> => Array.fromAsync(watchForgottenPlace(kube)).then(() => false, isGone);
  await expect.poll(attempt, { timeout: 20_000, interval: 200 }).toBe(true);
};
