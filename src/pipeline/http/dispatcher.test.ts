/**
 * @module
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertAllowed, createDispatcher, type Resolve } from './dispatcher.ts';
import { createEgressPolicy } from './egress.ts';
import { exchange, ExchangeTimeout } from './exchange.ts';

let hits = 0;
const server = createServer((request, response) => {
  hits += 1;
  if (request.url === '/never') return;
  if (request.url === '/long') {
    response.end('x'.repeat(5000));
    return;
  }
  response.setHeader('x-host', request.headers.host ?? '');
  response.statusCode = request.url === '/teapot' ? 418 : 200;
  response.end('hello');
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const nothingAllowed = createEgressPolicy({ allow: [], only: false });
const loopbackAllowed = createEgressPolicy({ allow: ['127.0.0.0/8'], only: false });
const toLoopback: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];

const get = async (url: string, policy = loopbackAllowed, resolve?: Resolve) => {
  const dispatcher = createDispatcher(policy, resolve ? { resolve } : {});
  try {
    return await exchange({ dispatcher, method: 'GET', url, timeoutMs: 500, maxBytes: 1000 });
  } finally {
    await dispatcher.close();
  }
};

describe('a guarded dispatcher', () => {
  it('refuses a literal without connecting', async () => {
    const before = hits;
    await expect(get(`http://127.0.0.1:${port}/`, nothingAllowed)).rejects.toMatchObject({ code: 'CSC_EGRESS_DENIED' });
    await expect(get(`http://[::ffff:127.0.0.1]:${port}/`, nothingAllowed)).rejects.toMatchObject({
      code: 'CSC_EGRESS_DENIED',
    });
    await expect(get(`http://2130706433:${port}/`, nothingAllowed)).rejects.toMatchObject({
      code: 'CSC_EGRESS_DENIED',
    });
    expect(hits).toBe(before);
  });

  it('refuses a name that resolves to a forbidden address without connecting', async () => {
    const before = hits;
    const url = `http://harmless.example.com:${port}/`;
    await expect(get(url, nothingAllowed, toLoopback)).rejects.toMatchObject({ code: 'CSC_EGRESS_DENIED' });
    expect(hits).toBe(before);
  });

  it('connects to the address that it checked, however often the name is looked up', async () => {
    const answers = ['127.0.0.1', '169.254.169.254'];
    const rebinding: Resolve = async () => [{ address: answers.shift() ?? '169.254.169.254', family: 4 }];
    const answer = await get(`http://harmless.example.com:${port}/`, loopbackAllowed, rebinding);
    expect(answer).toMatchObject({ status: 200, text: 'hello' });
    expect(answer.headers['x-host']).toBe(`harmless.example.com:${port}`);
    expect(answers).toEqual(['169.254.169.254']);
    await expect(get(`http://harmless.example.com:${port}/`, loopbackAllowed, rebinding)).rejects.toMatchObject({
      code: 'CSC_EGRESS_DENIED',
    });
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'no address'])('refuses %s', async (url) => {
    await expect(get(url)).rejects.toMatchObject({ code: 'CSC_EGRESS_DENIED' });
  });
});

describe('exchange', () => {
  it('gives the answer whatever its status', async () => {
    await expect(get(`http://127.0.0.1:${port}/teapot`)).resolves.toMatchObject({ status: 418, text: 'hello' });
  });

  it('ends when the time is over', async () => {
    await expect(get(`http://127.0.0.1:${port}/never`)).rejects.toBeInstanceOf(ExchangeTimeout);
  });

  it('ends with the reason of the signal', async () => {
    const dispatcher = createDispatcher(loopbackAllowed);
    const abort = new AbortController();
    const url = `http://127.0.0.1:${port}/never`;
    const pending = exchange({ dispatcher, method: 'GET', url, timeoutMs: 10_000, signal: abort.signal });
    setTimeout(() => abort.abort(new Error('cancelled')), 20);
    await expect(pending).rejects.toThrow('cancelled');
    await dispatcher.destroy();
  });

  it('does not read an endless answer', async () => {
    await expect(get(`http://127.0.0.1:${port}/long`)).rejects.toThrow('longer than 1000 bytes');
  });
});

describe('assertAllowed', () => {
  const missing: Resolve = async () => {
    throw new Error('ENOTFOUND');
  };
  it('refuses early what the dispatcher would refuse', async () => {
    await expect(assertAllowed('http://127.0.0.1/', nothingAllowed)).rejects.toMatchObject({
      code: 'CSC_EGRESS_DENIED',
    });
    await expect(assertAllowed('https://x.example.com/', nothingAllowed, toLoopback)).rejects.toMatchObject({
      code: 'CSC_EGRESS_DENIED',
    });
    await expect(assertAllowed('gopher://x', nothingAllowed)).rejects.toMatchObject({ code: 'CSC_EGRESS_DENIED' });
  });

  it('lets pass what is allowed, and what does not resolve now', async () => {
    await expect(assertAllowed('https://x.example.com/', loopbackAllowed, toLoopback)).resolves.toBeUndefined();
    await expect(assertAllowed('https://x.example.com/', nothingAllowed, missing)).resolves.toBeUndefined();
  });
});
