/**
 * The connections to the API server: one pool for everything, made anew only when the certificates change. client-node
 * says who we are (in-cluster token, exec plugin, client certificate); it sends nothing itself, as it would open a connection
 * for each request (docs/runtime-pitfalls.md).
 * @module
 */
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici';
import { KubeError } from './kube-error.ts';

export interface ConnectionRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly headersTimeoutMs: number;
}

export interface Connection {
  /** @throws KubeError of status 0 where no answer came; the reason of the signal where that was aborted */
  send(request: ConnectionRequest): Promise<Dispatcher.ResponseData>;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

const TLS_OPTIONS = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const;

type TLSOptions = Pick<RequestOptions, (typeof TLS_OPTIONS)[number]>;

const tlsOptionsOf = (options: RequestOptions): TLSOptions =>
  Object.fromEntries(TLS_OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));

/** Buffers as their text: two sets of options are the same when this is. */
const fingerprint = (options: TLSOptions): string =>
  JSON.stringify(options, (_, value: unknown) => (Buffer.isBuffer(value) ? value.toString('latin1') : value));

/** Small enough to notice a dead peer before a load balancer forgets the connection (350 s at most clouds, 60 s at some). */
const TCP_KEEP_ALIVE_MS = 30_000;

/**
 * HTTP/1.1 on purpose: one HTTP/2 session would carry all requests, and undici does not notice that the peer of a session is
 * gone. No limit of the number of connections that a burst could reach, or watches would starve requests.
 */
export const agentOptions = (tls: TLSOptions): Agent.Options => ({
  allowH2: false,
  connections: 256,
  keepAliveTimeout: 30_000,
  bodyTimeout: 0,
  connect: {
    ...tls,
    allowH2: false,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    timeout: 5000,
  } as Agent.Options['connect'] & object,
});

const createDispatcher = (proxyURL: string | undefined, tls: TLSOptions): Dispatcher => {
  const options = agentOptions(tls);
  if (!proxyURL) return new Agent(options);
  if (proxyURL.startsWith('socks')) return new Socks5ProxyAgent(proxyURL, { ...options, requestTls: options.connect });
  return new ProxyAgent({ ...options, uri: proxyURL, requestTls: { ...tls, allowH2: false } });
};

const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'NetworkError';
};

/** What the connection failed with. The text of the cause is left out: it may name addresses that are nobody's business. */
export const networkError = (request: string, error: unknown): KubeError =>
  error instanceof KubeError
    ? error
    : new KubeError(`${request}: no answer (${codeOf(error)})`, { status: 0, reason: codeOf(error), cause: error });

const authorise = async (config: KubeConfig, request: string): Promise<RequestOptions> => {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
    return options;
  } catch (error) {
    // A token file may be missing for a moment while it is replaced.
    throw new KubeError(`${request}: no credentials`, { status: 0, reason: 'CredentialsUnavailable', cause: error });
  }
};

const basicAuth = (auth: string | null | undefined): Record<string, string> =>
  auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};

const headersOf = ({ headers, auth }: RequestOptions): Record<string, string> => ({
  ...basicAuth(auth),
  ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)])),
});

export const createConnection = (config: KubeConfig): Connection => {
  let current: { readonly dispatcher: Dispatcher; readonly key: string } | undefined;

  const dispatcherFor = (proxyURL: string | undefined, options: RequestOptions): Dispatcher => {
    const tls = tlsOptionsOf(options);
    const key = `${proxyURL ?? ''} ${fingerprint(tls)}`;
    if (current?.key === key) return current.dispatcher;
    // Requests under way end on the old connections, a watch with its next reconnect.
    void current?.dispatcher.close();
    const dispatcher = createDispatcher(proxyURL, tls);
    current = { dispatcher, key };
    return dispatcher;
  };

  return {
    send: async ({ method, path, query = {}, headers, body, signal, headersTimeoutMs }) => {
      const name = `${method} ${path}`;
      const cluster = config.getCurrentCluster();
      if (!cluster) throw new KubeError(`${name}: no cluster is configured`, { status: 0, reason: 'NoCluster' });
      const credentials = await authorise(config, name);
      const server = new URL(cluster.server);
      const search = new URLSearchParams(query).toString();
      try {
        return await dispatcherFor(cluster.proxyUrl, credentials).request({
          origin: server.origin,
          path: `${server.pathname.replace(/\/$/, '')}${path}${search && `?${search}`}`,
          method,
          headers: { ...headersOf(credentials), ...headers },
          ...(body !== undefined && { body }),
          signal,
          headersTimeout: headersTimeoutMs,
        });
      } catch (error) {
        signal.throwIfAborted();
        throw networkError(name, error);
      }
    },
    close: async () => {
      await current?.dispatcher.destroy();
      current = undefined;
    },
  };
};
