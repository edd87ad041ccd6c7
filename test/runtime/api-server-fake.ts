/**
 * A small HTTP server in the place of the API server, for what a real one does not do on request: break connections, send half
 * a line, fall silent, answer 429.
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { createKubeClient, type KubeClient, type KubeClientOptions } from '../../src/controller/runtime/kube-client.ts';

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Handler = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

export interface FakeServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** TCP connections since the start. */
  readonly connections: () => number;
  /** TCP connections that are open now. */
  readonly open: () => number;
  client(options?: KubeClientOptions): KubeClient;
  close(): Promise<void>;
}

export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

export const failure = (code: number, reason: string, message = reason): object => ({
  kind: 'Status',
  code,
  reason,
  message,
});

export const configFor = (server: string, user: object = {}): KubeConfig => {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'fake', server, skipTLSVerify: true }],
    users: [{ name: 'me', ...user }],
    contexts: [{ name: 'fake', cluster: 'fake', user: 'me' }],
    currentContext: 'fake',
  });
  return config;
};

export const startFakeServer = async (handler: Handler): Promise<FakeServer> => {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const clients: KubeClient[] = [];
  let connections = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const seen = { method: request.method ?? '', url, headers: request.headers, body: await text(request) };
    requests.push(seen);
    await handler(seen, response);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    connections: () => connections,
    open: () => sockets.size,
    client: (options) => {
      const client = createKubeClient(configFor(url), options);
      clients.push(client);
      return client;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
};
