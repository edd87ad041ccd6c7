import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { recognise, spokenCalls } from '../audio/fixtures.ts';
import { outboundCall } from './calls.ts';
import { callerOf, send } from './caller.ts';
import { startGenesys } from './simulator.ts';
import type { GenesysSimulator, SimulatorOptions } from './simulator.ts';
import { worldOf } from './world.ts';
import type { WorldConversation } from './world.ts';

let genesys: GenesysSimulator;

const start = async (calls: readonly WorldConversation[], options: SimulatorOptions = {}): Promise<void> => {
  genesys = await startGenesys({ world: worldOf(calls), ...options });
};

afterEach(() => genesys.stop());

const addressesOf = async ({ conversationId }: WorldConversation): Promise<Readonly<Record<string, string>>> => {
  const { body } = await (await callerOf(genesys)).get(`/api/v2/conversations/${conversationId}/recordings`);
  const [row] = body as { mediaUris: Record<string, { mediaUri: string }> }[];
  return Object.fromEntries(Object.entries(row?.mediaUris ?? {}).map(([key, { mediaUri }]) => [key, mediaUri]));
};

const onlyAddressOf = async (call: WorldConversation): Promise<string> =>
  Object.values(await addressesOf(call))[0] ?? '';

const bytesOf = async (url: string): Promise<Buffer> => Buffer.from(await (await fetch(url)).arrayBuffer());

describe('a signed address', () => {
  it('lies on another origin than the API, and needs no login', async () => {
    await start([outboundCall(1)]);
    const url = await onlyAddressOf(outboundCall(1));
    expect(new URL(url).origin).toBe(genesys.mediaURL);
    expect(genesys.mediaURL).not.toBe(genesys.apiURL);
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('audio/wav');
    expect(Number(answer.headers.get('content-length'))).toBe((await answer.arrayBuffer()).byteLength);
    expect(genesys.violations).toEqual([]);
  });

  it('refuses an Authorization header, and notes it', async () => {
    await start([outboundCall(1)]);
    const url = await onlyAddressOf(outboundCall(1));
    const { status, body } = await send(url, { headers: { authorization: 'Bearer token' } });
    expect(status).toBe(400);
    expect(body).toContain('Only one auth mechanism allowed');
    expect(genesys.violations).toEqual(['a media address was called with an Authorization header']);
  });

  it('expires', async () => {
    await start([outboundCall(1)], { mediaLifetimeSeconds: 0.05 });
    const url = await onlyAddressOf(outboundCall(1));
    await new Promise((resolve) => {
      setTimeout(resolve, 80);
    });
    const { status, body } = await send(url);
    expect(status).toBe(403);
    expect(body).toContain('Request has expired');
    expect(genesys.violations).toEqual([]);
  });

  it.each([
    ['another recording', (url: string) => url.replace(/recordings\/[^/]+/u, 'recordings/other')],
    ['a later end', (url: string) => url.replace(/Expires=\d/u, 'Expires=9')],
    ['no signature', (url: string) => url.replace(/Signature=\w+/u, '')],
  ])('is good for nothing else: %s', async (_, change) => {
    await start([outboundCall(1)]);
    const { status, body } = await send(change(await onlyAddressOf(outboundCall(1))));
    expect(status).toBe(403);
    expect(body).toContain('SignatureDoesNotMatch');
    expect(genesys.violations).toHaveLength(1);
  });
});

describe('the bytes behind it', () => {
  it('are those of a fixture, and yet no two recordings have the same', async () => {
    await start([outboundCall(1), outboundCall(2)]);
    const [one, other] = [
      await bytesOf(await onlyAddressOf(outboundCall(1))),
      await bytesOf(await onlyAddressOf(outboundCall(2))),
    ];
    expect(one.equals(other)).toBe(false);
    expect(recognise(one)).toMatchObject({ call: spokenCalls.call1, layout: 'stereo' });
    expect(recognise(other)).toEqual(recognise(one));
  });

  it('may be one channel for each address', async () => {
    const call = outboundCall(1, { layout: '0+1' });
    await start([call]);
    const { 0: outside = '', 1: inside = '' } = await addressesOf(call);
    expect(recognise(await bytesOf(outside))?.layout).toBe('customer');
    expect(recognise(await bytesOf(inside))?.layout).toBe('agent');
  });

  it('are served as they are where a test gives bytes', async () => {
    const content = await readFile(spokenCalls.call2.mono);
    const call = outboundCall(1);
    const [recording] = call.recordings;
    if (!recording) throw new Error('no recording');
    await start([{ ...call, recordings: [{ ...recording, content, layout: 'S' }] }]);
    expect((await bytesOf((await addressesOf(call))['S'] ?? '')).equals(content)).toBe(true);
  });

  it('can arrive by half', async () => {
    await start([outboundCall(1)], { faults: [{ path: /^\/recordings\//u, drop: 'truncate' }] });
    const url = await onlyAddressOf(outboundCall(1));
    await expect(bytesOf(url)).rejects.toThrow();
    expect((await bytesOf(url)).length).toBeGreaterThan(900_000);
  });
});
