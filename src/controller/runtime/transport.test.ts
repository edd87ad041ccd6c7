import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { KubeConfig, type Cluster, type User } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FakeServer, type Handler, json, startFakeServer } from '../../../test/runtime/api-server-fake.ts';
import { createTransport, type Transport } from './transport.ts';

const serve = async (handler: Handler = (_, response) => json(response, 200, {})): Promise<FakeServer> => {
  const server = await startFakeServer(handler);
  onTestFinished(() => server.close());
  return server;
};

const transport = (cluster: Pick<Cluster, 'server' | 'caFile'>, user: Omit<User, 'name'> = {}): Transport => {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'fake', skipTLSVerify: true, ...cluster }, { name: 'me', ...user });
  const made = createTransport(config);
  onTestFinished(() => made.close());
  return made;
};

const get = async (from: Transport, path = '/a'): Promise<unknown> =>
  (await from.send({ method: 'GET', path })).body.json();

describe('createTransport', () => {
  it('sends the credentials of the user', async () => {
    const server = await serve();
    await get(transport({ server: server.url }, { token: 'abc' }));
    await get(transport({ server: server.url }, { username: 'me', password: 'pass' }));
    const [withToken, withPassword] = server.requests.map(({ headers }) => headers.authorization);
    expect([withToken, withPassword]).toEqual(['Bearer abc', `Basic ${Buffer.from('me:pass').toString('base64')}`]);
  });

  it('opens other connections when a certificate is rotated, and only then', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'callscribe-ca-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const caFile = join(folder, 'ca.crt');
    await writeFile(caFile, 'first');
    const server = await serve();
    const wire = transport({ server: server.url, caFile });
    const generations: number[] = [];
    for (const text of ['first', 'first', 'second', 'second']) {
      await writeFile(caFile, text);
      await get(wire);
      generations.push(wire.generation());
    }
    expect(generations).toEqual([1, 1, 2, 2]);
    await expect.poll(server.open).toBeLessThanOrEqual(2);
  });

  it('leaves what is under way alone when it opens other connections', async () => {
    const server = await serve(async ({ url }, response) => {
      if (url.pathname === '/slow') await delay(100);
      json(response, 200, { path: url.pathname });
    });
    const wire = transport({ server: server.url });
    const slow = get(wire, '/slow');
    await expect.poll(() => server.requests.length).toBe(1);
    wire.abandon(wire.generation());
    expect(await get(wire, '/b')).toEqual({ path: '/b' });
    expect(await slow).toEqual({ path: '/slow' });
    expect(server.connections()).toBe(2);
  });

  it('opens other connections once, however many requests waited in vain', async () => {
    const server = await serve();
    const wire = transport({ server: server.url });
    await get(wire);
    const generation = wire.generation();
    wire.abandon(generation);
    await get(wire);
    wire.abandon(generation);
    await get(wire);
    expect(wire.generation()).toBe(generation + 2);
  });

  it('says so where no cluster is configured', async () => {
    const wire = createTransport(new KubeConfig());
    await expect(get(wire)).rejects.toMatchObject({ status: 0, reason: 'NoCluster' });
  });
});
