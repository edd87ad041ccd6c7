import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inState, notReady, outboundCall } from './calls.ts';
import { callerOf } from './caller.ts';
import type { Called, Caller } from './caller.ts';
import { startGenesys } from './simulator.ts';
import type { GenesysSimulator } from './simulator.ts';
import { defaultClient, worldOf } from './world.ts';
import type { WorldConversation } from './world.ts';

const calls = {
  plain: outboundCall(1, { layout: '0+1' }),
  slow: notReady(outboundCall(2), 1),
  archived: inState(outboundCall(3), 'ARCHIVED'),
};

let genesys: GenesysSimulator;
let caller: Caller;

const restorer = { ...defaultClient, permissions: [...defaultClient.permissions, 'recording:recording:restore'] };

beforeEach(async () => {
  genesys = await startGenesys({ world: worldOf(Object.values(calls), [restorer]), minPollMs: 0 });
  caller = await callerOf(genesys, restorer);
});
afterEach(() => genesys.stop());

const pathOf = ({ conversationId, recordings }: WorldConversation): string =>
  `/api/v2/conversations/${conversationId}/recordings/${recordings[0]?.recordingId}`;

describe('one recording', () => {
  it('comes under its keys, or combined where it is to be downloaded', async () => {
    const keysOf = ({ body }: Called): readonly string[] => Object.keys((body as { mediaUris: object }).mediaUris);
    expect(keysOf(await caller.get(pathOf(calls.plain)))).toEqual(['0', '1']);
    expect(keysOf(await caller.get(`${pathOf(calls.plain)}?formatId=WAV&download=true`))).toEqual(['S']);
  });

  it('has a 202 with a body while it is transcoded', async () => {
    expect(await caller.get(pathOf(calls.slow))).toMatchObject({ status: 202, body: { mediaUris: null } });
    expect(await caller.get(pathOf(calls.slow))).toMatchObject({ status: 200, body: { mediaUris: {} } });
  });

  it('may not exist', async () => {
    const { status, body } = await caller.get(`${pathOf(calls.plain)}-other`);
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'recording.not.found' } });
  });
});

describe('an archived recording', () => {
  const AHEAD = { archiveDate: '2099-01-01T00:00:00Z' };

  it('is restored by an archive date that lies ahead, after a while', async () => {
    const path = pathOf(calls.archived);
    expect(await caller.put(path, AHEAD)).toMatchObject({ status: 200, body: { fileState: 'RESTORING' } });
    expect(await caller.get(path)).toMatchObject({ body: { fileState: 'RESTORING', mediaUris: null } });
    expect(await caller.get(path)).toMatchObject({ body: { fileState: 'RESTORED', mediaUris: {} } });
    expect(genesys.violations).toEqual([]);
  });

  it.each([
    ['a date of the past', calls.archived, { archiveDate: '2020-01-01T00:00:00Z' }],
    ['no date', calls.archived, {}],
    ['a field that cannot be changed', calls.archived, { ...AHEAD, fileState: 'AVAILABLE' }],
    ['one that is not archived', calls.plain, AHEAD],
  ])('is not restored by %s', async (_, call, body) => {
    expect((await caller.put(pathOf(call), body)).status).toBe(400);
    expect(genesys.violations).toHaveLength(1);
  });

  it('is not restored without the permission', async () => {
    genesys.world.setClients([defaultClient]);
    const { status, body } = await (await callerOf(genesys)).put(pathOf(calls.archived), AHEAD);
    expect(status).toBe(403);
    expect(body).toMatchObject({ message: expect.stringContaining('recording:recording:restore') as string });
  });
});
