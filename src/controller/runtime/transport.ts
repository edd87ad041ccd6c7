/**
 * Requests to the API server: configuration and credentials by client-node, everything else by one shared undici agent. Client-node
 * itself would open a connection for every call, and HTTP/2 would leave watches deaf after a half-open link.
 * @module
 */
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici';
import { version } from '../../version.ts';
import { errorOfAnswer, errorOfNetwork, KubeError } from './kube-error.ts';

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: object;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface Transport {
  /** A success; its body is still to be read. @throws KubeError, or the reason of the signal */
  send(request: TransportRequest): Promise<Dispatcher.ResponseData>;
  /** Counts the sets of connections that there were; what is sent now goes over this one. */
  generation(): number;
  /**
   * Leaves the connections of that generation to what is under way there and opens others. For when no answer came in time: a
   * link that went deaf took all idle connections with it, and each would cost one more timeout.
   */
  abandon(generation: number): void;
  close(): Promise<void>;
}

type Credentials = RequestOptions;

const TLS_OPTIONS = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const;

type TLSOptions = Pick<Credentials, (typeof TLS_OPTIONS)[number]>;

const tlsOf = (credentials: Credentials): TLSOptions =>
  Object.fromEntries(
    TLS_OPTIONS.flatMap((name) => (credentials[name] === undefined ? [] : [[name, credentials[name]]])),
  );

/** Two sets of options are the same when their texts are. */
const fingerprint = (tls: TLSOptions): string =>
  JSON.stringify(tls, (_, value: unknown) => (Buffer.isBuffer(value) ? value.toString('latin1') : value));

/**
 * Every watch holds a connection of its own, so the limit only guards against a runaway. A dead peer is noticed by TCP after
 * 40 s, below the idle limits of load balancers (60 s and more).
 */
const POOL = { allowH2: false, connections: 256, keepAliveTimeout: 30_000, headersTimeout: 30_000, bodyTimeout: 0 };
const SOCKET = { allowH2: false, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 5000 };

const createAgent = (tls: TLSOptions, proxyURL: string | undefined): Dispatcher => {
  const connect = { ...tls, ...SOCKET };
  if (!proxyURL) return new Agent({ ...POOL, connect });
  if (proxyURL.startsWith('socks')) return new Socks5ProxyAgent(proxyURL, { ...POOL, requestTls: connect });
  return new ProxyAgent({ ...POOL, uri: proxyURL, requestTls: connect });
};

const headersOf = (credentials: Credentials, { body, contentType }: TransportRequest): Record<string, string> => ({
  ...(credentials.headers as Record<string, string> | undefined),
  accept: 'application/json',
  'user-agent': `callscribe/${version}`,
  ...(credentials.auth && { authorization: `Basic ${Buffer.from(credentials.auth).toString('base64')}` }),
  ...(body && { 'content-type': contentType ?? 'application/json' }),
});

/** For messages: without the query. */
const nameOf = ({ method, path }: TransportRequest): string => `${method} ${path.split('?')[0] ?? ''}`;

const authorise = async (config: KubeConfig, request: TransportRequest): Promise<Credentials> => {
  const credentials: Credentials = {};
  try {
    await config.applyToHTTPSOptions(credentials);
    return credentials;
  } catch (error) {
    // For example a token file that is missing for the moment in which it is replaced.
    const details = { status: 0, reason: 'CredentialsUnavailable', cause: error };
    throw new KubeError(`${nameOf(request)}: no credentials`, details);
  }
};

export const createTransport = (config: KubeConfig): Transport => {
  let current: { readonly identity: string; readonly agent: Dispatcher } | undefined;
  let generation = 0;

  const retire = (): void => {
    // What is under way on them ends there by itself.
    void current?.agent.close().catch(() => {});
    current = undefined;
    generation += 1;
  };

  /** A new agent only when a certificate was rotated: connections authenticate when they are opened. */
  const agentFor = (credentials: Credentials, proxyURL: string | undefined): Dispatcher => {
    const tls = tlsOf(credentials);
    const identity = `${proxyURL ?? ''} ${fingerprint(tls)}`;
    if (current?.identity === identity) return current.agent;
    retire();
    const agent = createAgent(tls, proxyURL);
    current = { identity, agent };
    return agent;
  };

  const answer = async (request: TransportRequest): Promise<Dispatcher.ResponseData> => {
    const { method, path, body, signal } = request;
    const cluster = config.getCurrentCluster();
    if (!cluster)
      throw new KubeError(`${nameOf(request)}: no cluster is configured`, { status: 0, reason: 'NoCluster' });
    const credentials = await authorise(config, request);
    const { origin, pathname } = new URL(cluster.server);
    return agentFor(credentials, cluster.proxyUrl).request({
      origin,
      path: `${pathname.replace(/\/$/, '')}${path}`,
      method,
      headers: headersOf(credentials, request),
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  };

  const send = async (request: TransportRequest): Promise<Dispatcher.ResponseData> => {
    try {
      const response = await answer(request);
      const { statusCode: status, headers, body } = response;
      if (status >= 200 && status < 300) return response;
      const retryAfter = headers['retry-after'];
      const text = await body.text();
      throw errorOfAnswer(nameOf(request), {
        status,
        body: text,
        ...(typeof retryAfter === 'string' && { retryAfter }),
      });
    } catch (error) {
      request.signal?.throwIfAborted();
      throw errorOfNetwork(nameOf(request), error);
    }
  };

  return {
    send,
    generation: () => generation,
    abandon: (old) => {
      if (current && old === generation) retire();
    },
    close: async () => {
      await current?.agent.destroy();
      current = undefined;
    },
  };
};
