import { writeFile, rm, mkdtemp } from 'node:fs/promises';
import { getEventListeners } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  configFor,
  failure,
  type FakeServer,
  type Handler,
  json,
  startFakeServer,
} from '../../../test/runtime/api-server-fake.ts';
import { version } from '../../version.ts';
import { createKubeClient, type KubeClient } from './kube-client.ts';
import { isAlreadyExists, isGone, isNotFound } from './kube-error.ts';

const serve = async (handler: Handler): Promise<FakeServer> => {
  const server = await startFakeServer(handler);
  onTestFinished(() => server.close());
  return server;
};

const failed = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  );

const never = (): Promise<void> => new Promise(() => {});

describe('requests', () => {
  it('sends what the API server expects', async () => {
    const server = await serve((_, response) => json(response, 200, { ok: true }));
    const kube = server.client();
    expect(await kube.get('/a')).toEqual({ ok: true });
    await kube.create('/b', { x: 1 });
    await kube.replace('/c', { x: 2 });
    await kube.patch('/d', { x: null });
    await kube.delete('/e', { preconditions: { uid: 'u' }, propagationPolicy: 'Background' });
    expect(
      server.requests.map(({ method, url, headers, body }) => [method, url.pathname, headers['content-type'], body]),
    ).toEqual([
      ['GET', '/a', undefined, ''],
      ['POST', '/b', 'application/json', '{"x":1}'],
      ['PUT', '/c', 'application/json', '{"x":2}'],
      ['PATCH', '/d', 'application/merge-patch+json', '{"x":null}'],
      [
        'DELETE',
        '/e',
        'application/json',
        '{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u"},"propagationPolicy":"Background"}',
      ],
    ]);
    expect(server.requests[0]?.headers).toMatchObject({
      'user-agent': `callscribe/${version}`,
      accept: 'application/json',
    });
  });

  it('keeps the path that the address of the cluster has, and escapes the query', async () => {
    const server = await serve((_, response) =>
      json(response, 200, { metadata: { resourceVersion: '1' }, items: null }),
    );
    const kube = createKubeClient(configFor(`${server.url}/k8s/clusters/c-1/`));
    onTestFinished(() => kube.close());
    expect(await kube.list('/api/v1/pods', { labelSelector: 'a=b,c' })).toEqual({
      items: [],
      metadata: { resourceVersion: '1' },
    });
    const url = server.requests[0]?.url;
    expect([url?.pathname, url?.search]).toEqual(['/k8s/clusters/c-1/api/v1/pods', '?labelSelector=a%3Db%2Cc']);
  });

  it('does not open a connection for each request', async () => {
    const server = await serve((_, response) => json(response, 200, {}));
    const kube = server.client();
    for (let i = 0; i < 200; i += 1) await kube.get('/a');
    expect(server.connections()).toBeLessThanOrEqual(3);
  });

  it('turns answers into errors that tell them apart', async () => {
    const server = await serve(({ url }, response) => {
      if (url.pathname === '/missing') json(response, 404, failure(404, 'NotFound', 'pods "x" not found'));
      else json(response, 409, failure(409, 'AlreadyExists'));
    });
    const kube = server.client();
    const missing = await failed(kube.get('/missing'));
    expect(isNotFound(missing)).toBe(true);
    expect(String(missing)).toBe('KubeError: GET /missing: 404 pods "x" not found');
    expect(isAlreadyExists(await failed(kube.create('/a', {})))).toBe(true);
  });

  it('does not show the query in a message', async () => {
    const server = await serve((_, response) => json(response, 403, {}));
    expect(String(await failed(server.client().list('/a', { fieldSelector: 'x=private' })))).toBe(
      'KubeError: GET /a: 403 HTTP403',
    );
  });

  it('takes an answer that is not JSON for a failure', async () => {
    const server = await serve((_, response) => void response.writeHead(200).end('<html>'));
    expect(await failed(server.client().get('/a'))).toMatchObject({
      status: 0,
      reason: 'Malformed',
      isRetryable: true,
    });
  });
});

describe('failing connections', () => {
  it('reports a broken connection', async () => {
    const server = await serve((_, response) => void response.destroy());
    expect(await failed(server.client().get('/a'))).toMatchObject({
      status: 0,
      reason: 'UND_ERR_SOCKET',
      isRetryable: true,
    });
  });

  it('reports a body that breaks off', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":');
      setTimeout(() => response.destroy(), 10);
    });
    expect(await failed(server.client().get('/a'))).toMatchObject({ status: 0, isRetryable: true });
  });

  it('reports a refused connection', async () => {
    const kube = createKubeClient(configFor('http://127.0.0.1:1'));
    expect(await failed(kube.get('/a'))).toMatchObject({ status: 0, reason: 'ECONNREFUSED', isRetryable: true });
  });

  it.each<[string, Handler]>([
    ['the head', never],
    ['the body', (_, response) => void response.writeHead(200).write('{')],
  ])('gives up waiting for %s, and closes that connection', async (_, handler) => {
    const server = await serve(handler);
    const error = await failed(server.client({ timeoutMs: 50 }).get('/a'));
    expect(error).toMatchObject({ status: 0, reason: 'Timeout', isRetryable: true });
    await expect.poll(server.open).toBe(0);
  });

  it('rejects with the reason of its signal and takes its listener away', async () => {
    const server = await serve(never);
    const controller = new AbortController();
    const getting = failed(server.client().get('/a', { signal: controller.signal }));
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort(new Error('stop'));
    expect(await getting).toEqual(new Error('stop'));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });
});

describe('being put off', () => {
  it.each([429, 503])('repeats after a %i that says when to come back', async (status) => {
    const server = await serve((_, response) => {
      if (server.requests.length < 3) json(response, status, failure(status, 'Later'), { 'retry-after': '0.01' });
      else json(response, 201, { done: true });
    });
    expect(await server.client().create('/a', { x: 1 })).toEqual({ done: true });
    expect(server.requests.map(({ body }) => body)).toEqual(['{"x":1}', '{"x":1}', '{"x":1}']);
  });

  it('gives up after six', async () => {
    const server = await serve((_, response) => json(response, 429, {}, { 'retry-after': '0.001' }));
    expect(await failed(server.client().get('/a'))).toMatchObject({ status: 429 });
    expect(server.requests).toHaveLength(6);
  });

  it.each([500, 502, 503, 504])('does not repeat a %i by itself: what it did is not known', async (status) => {
    const server = await serve((_, response) => json(response, status, {}));
    expect(await failed(server.client().create('/a', {}))).toMatchObject({ status });
    expect(server.requests).toHaveLength(1);
  });

  it('ends the wait with its signal', async () => {
    const server = await serve((_, response) => json(response, 429, {}, { 'retry-after': '30' }));
    const controller = new AbortController();
    const getting = failed(server.client().get('/a', { signal: controller.signal }));
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort('stop');
    expect(await getting).toBe('stop');
  });
});

describe('credentials', () => {
  const tokenFile = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'callscribe-token-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    return join(folder, 'token');
  };
  const inCluster = (tokenPath: string) => ({ authProvider: { name: 'tokenFile', config: { tokenFile: tokenPath } } });

  it('survives a token file that is missing for a moment', async () => {
    const server = await serve((_, response) => json(response, 200, {}));
    const file = await tokenFile();
    const kube: KubeClient = createKubeClient(configFor(server.url, inCluster(file)));
    onTestFinished(() => kube.close());
    expect(await failed(kube.get('/a'))).toMatchObject({
      status: 0,
      reason: 'CredentialsUnavailable',
      isRetryable: true,
    });
    await writeFile(file, 'secret');
    await kube.get('/a');
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret']);
  });

  it('shows no token in an error', async () => {
    const server = await serve((_, response) => json(response, 401, {}));
    const file = await tokenFile();
    await writeFile(file, 'hush-hush');
    const kube = createKubeClient(configFor(server.url, inCluster(file)));
    onTestFinished(() => kube.close());
    const error = await failed(kube.get('/a'));
    expect(error).toMatchObject({ status: 401, isRetryable: true });
    expect(inspect(error, { depth: 9 })).not.toContain('hush');
  });
});

describe('watch', () => {
  const collect = async (
    kube: KubeClient,
    options: { idleMs?: number; signal?: AbortSignal } = {},
  ): Promise<unknown[]> => {
    const events: unknown[] = [];
    for await (const event of kube.watch('/a', { resourceVersion: '1' }, options)) events.push(event);
    return events;
  };
  const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

  it('gives the events until the server ends it', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200).write(line('ADDED', { n: 1 }));
      response.end(`${line('BOOKMARK', { n: 2 })}{"type":"ADD`);
    });
    expect(await collect(server.client())).toEqual([
      { type: 'ADDED', object: { n: 1 } },
      { type: 'BOOKMARK', object: { n: 2 } },
    ]);
    expect(server.requests[0]?.url.search).toBe('?resourceVersion=1&watch=true');
  });

  it('throws a refusal', async () => {
    const server = await serve((_, response) => json(response, 410, failure(410, 'Expired')));
    expect(isGone(await failed(collect(server.client())))).toBe(true);
  });

  it('throws an ERROR at once though the server leaves the stream open, and closes it', async () => {
    const server = await serve(
      (_, response) => void response.writeHead(200).write(line('ERROR', failure(410, 'Expired'))),
    );
    expect(isGone(await failed(collect(server.client())))).toBe(true);
    await expect.poll(server.open).toBe(0);
  });

  it('ends when nothing came for a while, and closes the connection', async () => {
    const server = await serve((_, response) => void response.writeHead(200).write(line('ADDED', { n: 1 })));
    expect(await collect(server.client(), { idleMs: 50 })).toHaveLength(1);
    await expect.poll(server.open).toBe(0);
  });

  it('is not ended by a server that is only slow', async () => {
    const server = await serve(async (_, response) => {
      response.writeHead(200);
      for (let n = 0; n < 6; n += 1) {
        response.write(line('ADDED', { n }));
        await new Promise((resolve) => {
          setTimeout(resolve, 40);
        });
      }
      response.end();
    });
    expect(await collect(server.client({ timeoutMs: 100 }), { idleMs: 150 })).toHaveLength(6);
  });

  it('throws when the connection breaks', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200).write(line('ADDED', { n: 1 }));
      setTimeout(() => response.destroy(), 10);
    });
    expect(await failed(collect(server.client()))).toMatchObject({ status: 0, isRetryable: true });
  });

  it('ends with its signal and leaves nothing behind', async () => {
    const server = await serve((_, response) => void response.writeHead(200).write(line('ADDED', { n: 1 })));
    const controller = new AbortController();
    const collecting = failed(collect(server.client(), { signal: controller.signal }));
    await expect.poll(server.open).toBe(1);
    controller.abort(new Error('stop'));
    expect(await collecting).toEqual(new Error('stop'));
    await expect.poll(server.open).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('closes the connection of a consumer that breaks off', async () => {
    const server = await serve((_, response) => void response.writeHead(200).write(line('ADDED', { n: 1 })));
    for await (const event of server.client().watch('/a', {})) {
      expect(event.type).toBe('ADDED');
      break;
    }
    await expect.poll(server.open).toBe(0);
  });
});
