/**
 * The small servers of an operator: health and metrics, each on an address of its own.
 * @module
 */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface SmallServer {
  /** With the port that is really used. */
  readonly url: string;
  close(): Promise<void>;
}

/** `:8080`, `127.0.0.1:0` or `[::1]:8080`. @throws Error where it is none of these */
export const parseAddress = (address: string): { readonly host: string | undefined; readonly port: number } => {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(address);
  if (!match) throw new Error(`"${address}" is not an address such as :8080 or 127.0.0.1:8080`);
  return { host: match[1] ?? (match[2] || undefined), port: Number(match[3]) };
};

const listen = async (address: string, listener: RequestListener): Promise<SmallServer> => {
  const { host, port } = parseAddress(address);
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  const shown = host?.includes(':') ? `[${host}]` : (host ?? 'localhost');
  return {
    url: `http://${shown}:${bound.port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
};

/** Named checks; each gives undefined where all is well, otherwise what is wrong. */
export type Checks = Readonly<Record<string, () => string | undefined>>;

const problemOf = (check: () => string | undefined): string | undefined => {
  try {
    return check();
  } catch {
    return 'the check itself failed';
  }
};

const judge = (checks: Checks): { readonly status: 200 | 503; readonly text: string } => {
  const results = Object.entries(checks).map(([name, check]) => ({ name, problem: problemOf(check) }));
  const lines = results.map(({ name, problem }) =>
    problem === undefined ? `[+] ${name} ok\n` : `[-] ${name}: ${problem}\n`,
  );
  return { status: results.some(({ problem }) => problem !== undefined) ? 503 : 200, text: lines.join('') };
};

export interface HealthChecks {
  /** `/healthz`: whether the process should be replaced. */
  readonly live: Checks;
  /** `/readyz`: whether it works. */
  readonly ready: Checks;
}

export const startHealthServer = (address: string, { live, ready }: HealthChecks): Promise<SmallServer> =>
  listen(address, (request, response) => {
    const checks = { '/healthz': live, '/readyz': ready }[request.url?.split('?')[0] ?? ''];
    if (!checks) {
      response.writeHead(404).end();
      return;
    }
    const { status, text } = judge(checks);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text || 'ok\n');
  });

export const startMetricsServer = (address: string, registry: Registry): Promise<SmallServer> =>
  listen(address, (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
