/**
 * @module
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createDispatcher } from '../http/dispatcher.ts';
import { createEgressPolicy } from '../http/egress.ts';
import { checkEndpoint } from './endpoint-checks.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const serve = async (status: number): Promise<string> => {
  const server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=s3cret`;
};

const check = async (url: string, allow: readonly string[] = ['127.0.0.1']) => {
  const dispatcher = createDispatcher(createEgressPolicy({ allow, only: false }));
  closing.push(() => dispatcher.destroy());
  const signal = new AbortController().signal;
  return checkEndpoint({ check: 'speech service', endpoint: { url, apiKey: 'k' }, dispatcher, signal });
};

describe('checkEndpoint', () => {
  it.each([
    [200, 'pass'],
    [400, 'pass'],
    [404, 'pass'],
    [405, 'pass'],
    [401, 'fail'],
    [403, 'fail'],
    [500, 'fail'],
    [503, 'fail'],
  ])('%i: %s', async (status, verdict) => {
    const finding = await check(await serve(status));
    expect(finding.verdict).toBe(verdict);
    expect(JSON.stringify(finding)).not.toContain('s3cret');
  });

  it('says that nobody answers, and that a host is not called', async () => {
    expect(await check('http://127.0.0.1:9/')).toMatchObject({
      verdict: 'fail',
      detail: expect.stringContaining('does not answer') as string,
    });
    const denied = await check(await serve(200), []);
    expect(denied.detail).toContain('CSC_EGRESS_DENIED');
  });
});
