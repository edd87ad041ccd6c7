import { Counter, Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HealthChecks, parseAddress, startHealthServer, startMetricsServer } from './http-server.ts';

describe('parseAddress', () => {
  it.each([
    [':8080', { host: undefined, port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:9', { host: 'localhost', port: 9 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
  ])('%s', (address, expected) => {
    expect(parseAddress(address)).toEqual(expected);
  });

  it.each(['', '8080', '::1:8080', 'host:', 'host:port', ':123456'])('refuses %j', (address) => {
    expect(() => parseAddress(address)).toThrow('is not an address');
  });
});

const health = async (checks: Partial<HealthChecks>) => {
  const server = await startHealthServer('127.0.0.1:0', { live: {}, ready: {}, ...checks });
  onTestFinished(() => server.close());
  return async (path: string): Promise<[number, string]> => {
    const response = await fetch(`${server.url}${path}`);
    return [response.status, await response.text()];
  };
};

describe('startHealthServer', () => {
  it('answers for each kind of check', async () => {
    let problem: string | undefined = 'the runs were not listed yet';
    const get = await health({ ready: { cache: () => problem, leader: () => undefined } });
    expect(await get('/healthz')).toEqual([200, 'ok\n']);
    expect(await get('/readyz')).toEqual([503, '[-] cache: the runs were not listed yet\n[+] leader ok\n']);
    problem = undefined;
    expect(await get('/readyz?verbose')).toEqual([200, '[+] cache ok\n[+] leader ok\n']);
    expect((await get('/'))[0]).toBe(404);
    expect((await get('/constructor'))[0]).toBe(404);
  });

  it('takes a check that throws for one that failed', async () => {
    const broken = (): undefined => {
      throw new Error('oops');
    };
    const get = await health({ live: { broken } });
    expect(await get('/healthz')).toEqual([503, '[-] broken: the check itself failed\n']);
  });

  it('rejects where the address is taken', async () => {
    const server = await startHealthServer('127.0.0.1:0', { live: {}, ready: {} });
    onTestFinished(() => server.close());
    await expect(startHealthServer(new URL(server.url).host, { live: {}, ready: {} })).rejects.toThrow('EADDRINUSE');
  });
});

describe('startMetricsServer', () => {
  it('gives what the registry holds, and nothing after it was closed', async () => {
    const registry = new Registry();
    new Counter({ name: 'calls_total', help: 'Calls.', registers: [registry] }).inc(3);
    const server = await startMetricsServer('127.0.0.1:0', registry);
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get('content-type')).toBe(registry.contentType);
    expect(await response.text()).toContain('calls_total 3');
    expect((await fetch(`${server.url}/`)).status).toBe(404);
    await server.close();
    await expect(fetch(`${server.url}/metrics`)).rejects.toThrow('fetch failed');
  });
});
