/**
 * Requests to the API server: configuration and credentials by client-node, everything else by one shared undici agent. Client-node
 * itself would open a connection for every call, and HTTP/2 would leave watches deaf after a half-open link.
 * @module
 */
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { version } from '../../version.ts';
import { errorOfAnswer, errorOfNetwork } from './kube-error.ts';

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface Transport {
  /** A success; its body is still to be read. @throws KubeError, or the reason of the signal */
  send(request: TransportRequest): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

type Credentials = RequestOptions;

const tlsOf = ({ ca, cert, key, pfx, passphrase, rejectUnauthorized, servername }: Credentials) => ({
  ...(ca && { ca }),
  ...(cert && { cert }),
  ...(key && { key }),
  ...(pfx && { pfx }),
  ...(passphrase && { passphrase }),
  ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  ...(servername && { servername }),
});

const createAgent = (credentials: Credentials, proxyURL: string | undefined): Dispatcher => {
  const common = { allowH2: false, connections: 32, keepAliveTimeout: 30_000, headersTimeout: 30_000, bodyTimeout: 0 };
  const tls = tlsOf(credentials);
  const socket = { keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 5000 };
  return proxyURL
    ? new ProxyAgent({ ...common, uri: proxyURL, requestTls: { ...tls, ...socket } })
    : new Agent({ ...common, connect: { ...tls, ...socket } });
};

const headersOf = (credentials: Credentials, { body, contentType }: TransportRequest): Record<string, string> => ({
  ...(credentials.headers as Record<string, string> | undefined),
  accept: 'application/json',
  'user-agent': `callscribe/${version}`,
  ...(credentials.auth && { authorization: `Basic ${Buffer.from(credentials.auth).toString('base64')}` }),
  ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
});

export const createTransport = (config: KubeConfig): Transport => {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error('the kubeconfig names no cluster');
  let current: { readonly identity: string; readonly agent: Dispatcher } | undefined;

  /** A new agent only when a certificate was rotated: connections authenticate when they are opened. */
  const agentFor = (credentials: Credentials): Dispatcher => {
    const identity = [credentials.ca, credentials.cert, credentials.key].map(String).join('\n');
    if (current?.identity === identity) return current.agent;
    // What is under way on the old one ends there by itself.
    void current?.agent.close().catch(() => {});
    current = { identity, agent: createAgent(credentials, cluster.proxyUrl) };
    return current.agent;
  };

  const send = async (request: TransportRequest): Promise<Dispatcher.ResponseData> => {
    const { method, path, body, signal } = request;
    const call = `${method} ${path.split('?')[0] ?? ''}`;
    try {
      const credentials = {} as Credentials;
      await config.applyToHTTPSOptions(credentials);
      const response = await agentFor(credentials).request({
        origin: cluster.server,
        path: `${new URL(cluster.server).pathname.replace(/\/$/, '')}${path}`,
        method,
        headers: headersOf(credentials, request),
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
      if (response.statusCode < 300) return response;
      const retryAfter = response.headers['retry-after'];
      const text = await response.body.text();
      throw errorOfAnswer(call, response.statusCode, text, typeof retryAfter === 'string' ? retryAfter : undefined);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof Error && error.name === 'KubeError' ? error : errorOfNetwork(call, error);
    }
  };

  return { send, close: async () => current?.agent.destroy() };
};
