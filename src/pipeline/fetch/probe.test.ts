/**
 * Probing a real HTTP server on the loopback interface.
 * @module
 */
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDispatcher } from '../http/dispatcher.ts';
import { createEgressPolicy } from '../http/egress.ts';
import type { Recording } from '../types.ts';
import { createProbe } from './probe.ts';
import { oggOpusOf, wavOf } from './test-sounds.ts';

let handler: RequestListener;
let server: ReturnType<typeof createServer>;
let workDir = '';
let dispatcher: ReturnType<typeof createDispatcher>;

beforeEach(async () => {
  server = createServer((request, response) => handler(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  workDir = await mkdtemp(join(tmpdir(), 'probe-'));
  dispatcher = createDispatcher(createEgressPolicy({ allow: ['127.0.0.1'], only: false }));
});
afterEach(async () => {
  await dispatcher.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(workDir, { recursive: true });
});

const signal = new AbortController().signal;
const never = (): Promise<never> => Promise.reject(new Error('relocate was called'));

const probe = (keys: readonly string[] = ['0'], host = '127.0.0.1') => {
  const { port } = server.address() as AddressInfo;
  const recording: Recording = {
    recordingId: 'r',
    conversation: { conversationId: 'c', startAtMs: 0, direction: 'outbound', divisionIds: [], participants: [] },
    startAtMs: 0,
    announcedDurationMs: 0,
    mediaUris: new Map(keys.map((key) => [key, `http://${host}:${port}/${key}?signature=s3cret`])),
  };
  return createProbe({ dispatcher, workDir, relocate: never, idleTimeoutMs: 1000 })(recording, signal);
};

describe('createProbe', () => {
  const bytes = wavOf({ channels: 2, data: Buffer.alloc(1_600_000) });

  it('asks for the beginning of a file only', async () => {
    const ranges: unknown[] = [];
    handler = ({ headers }, response) => {
      ranges.push(headers.range);
      response.writeHead(206, { 'content-range': `bytes 0-16383/${bytes.length}` }).end(bytes.subarray(0, 16_384));
    };
    await expect(probe()).resolves.toEqual({ durationMs: 100_000, channels: 2 });
    expect(ranges).toEqual(['bytes=0-16383']);
  });

  it('ends the transfer where the host knows no ranges', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    handler = (_, response) => {
      closed = once(response, 'close');
      // The rest never comes: who waits for it waits for ever.
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 20_000));
    };
    await expect(probe()).resolves.toEqual({ durationMs: 100_000, channels: 2 });
    await closed;
    expect(await readdir(workDir)).toEqual([]);
  });

  it('counts a channel for each file', async () => {
    handler = (_, response) => response.end(wavOf({ data: Buffer.alloc(8000) }));
    await expect(probe(['0', '1'])).resolves.toEqual({ durationMs: 1000, channels: 2 });
  });

  it.each<[string, RequestListener]>([
    ['a refused address', (_, response) => response.writeHead(403).end()],
    ['a file in another format', (_, response) => response.end(oggOpusOf(1000))],
    [
      'a range of a file whose length is not told',
      (_, response) => response.writeHead(206).end(wavOf({ data: Buffer.alloc(99) })),
    ],
    ['a length that is not told', (_, response) => response.write(wavOf({ data: Buffer.alloc(20_000) }))],
    ['a broken connection', (_, response) => response.destroy()],
  ])('does not know the length of %s', async (_name, listener) => {
    handler = listener;
    await expect(probe()).resolves.toBeUndefined();
    expect(await readdir(workDir)).toEqual([]);
  });

  it('does not call a host that is not allowed', async () => {
    handler = (_, response) => response.end();
    await expect(probe(['0'], '127.0.0.2')).rejects.toMatchObject({ code: 'CSC_EGRESS_DENIED' });
  });

  it('knows nothing of a recording without media', async () => {
    await expect(probe([])).resolves.toBeUndefined();
  });
});
