import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { spokenCalls } from '../audio/fixtures.ts';
import {
  inState,
  notReady,
  outboundCall,
  stillGoingOn,
  withAnother,
  withLostRecording,
  withRecording,
} from './calls.ts';
import { callerOf, clientWithout } from './caller.ts';
import type { Called, Caller } from './caller.ts';
import { startGenesys } from './simulator.ts';
import type { GenesysSimulator } from './simulator.ts';
import { worldOf } from './world.ts';
import type { WorldConversation } from './world.ts';

const calls = {
  plain: outboundCall(1),
  slow: notReady(outboundCall(2), 2),
  uploading: withRecording(outboundCall(3), { uploading: 1 }),
  archived: inState(outboundCall(4), 'ARCHIVED'),
  deleted: inState(outboundCall(5), 'DELETED'),
  twoFiles: outboundCall(6, { layout: '0+1' }),
  several: withAnother(outboundCall(7), { media: 'screen', mediaSubtype: 'Screen' }),
  lost: withLostRecording(outboundCall(8)),
  late: { ...outboundCall(9), recordingsLate: 1 },
  restricted: withRecording(outboundCall(10), { restricted: true }),
  live: stillGoingOn(outboundCall(11)),
  forgotten: { ...outboundCall(12), inLiveStore: false },
  quick: notReady(outboundCall(13), 5),
} satisfies Record<string, WorldConversation>;

type Name = keyof typeof calls;

let genesys: GenesysSimulator;
let caller: Caller;

beforeAll(async () => {
  genesys = await startGenesys({ world: worldOf(Object.values(calls)), minPollMs: 100 });
  caller = await callerOf(genesys);
});
afterAll(() => genesys.stop());

const pathOf = (name: Name, what: string): string => `/api/v2/conversations/${calls[name].conversationId}${what}`;
const list = (name: Name, query = '?formatId=WAV'): Promise<Called> => caller.get(pathOf(name, `/recordings${query}`));
const metadata = (name: Name): Promise<Called> => caller.get(pathOf(name, '/recordingmetadata'));
const rows = ({ body }: Called): readonly Readonly<Record<string, unknown>>[] => body as Record<string, unknown>[];
const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe('the recordings of a conversation', () => {
  it('come with what the SDK knows of them, and a signed address', async () => {
    const { conversationId, recordings } = calls.plain;
    const called = await list('plain');
    expect(called.status).toBe(200);
    expect(rows(called)).toEqual([
      {
        id: recordings[0]?.recordingId,
        conversationId,
        sessionId: recordings[0]?.sessionId,
        media: 'audio',
        mediaSubtype: 'Trunk',
        recordingFileRole: 'CUSTOMER_EXPERIENCE',
        fileState: 'AVAILABLE',
        startTime: expect.any(String) as string,
        endTime: expect.any(String) as string,
        outputDurationMs: spokenCalls.call1.durationMs,
        mediaUris: { 0: { mediaUri: expect.stringContaining(`${genesys.mediaURL}/recordings/`) as string } },
        selfUri: `/api/v2/conversations/${conversationId}/recordings/${recordings[0]?.recordingId}`,
      },
    ]);
  });

  it('are hidden by a 202 without a body until all are transcoded', async () => {
    for (const _ of [1, 2]) {
      expect(await list('slow')).toMatchObject({ status: 202, body: '' });
      await pause(120);
    }
    expect(rows(await list('slow'))).toHaveLength(1);
    expect(genesys.violations).toEqual([]);
  });

  it('must not be asked for in a hurry', async () => {
    await list('quick');
    await list('quick');
    expect(genesys.violations.filter((what) => what.includes('was asked for again after'))).toHaveLength(1);
  });

  it('have nothing to play while they are uploaded', async () => {
    const [before] = rows(await list('uploading'));
    expect(before).toMatchObject({ fileState: 'UPLOADING', mediaUris: null });
    await pause(120);
    expect(rows(await list('uploading'))[0]).toMatchObject({ fileState: 'AVAILABLE', mediaUris: {} });
  });

  it.each([
    ['archived', { fileState: 'ARCHIVED', archiveMedium: 'CLOUDARCHIVE', mediaUris: null }],
    ['deleted', { fileState: 'DELETED', mediaUris: null }],
  ] as const)('may be %s', async (name, row) => {
    expect(rows(await list(name))[0]).toMatchObject(row);
  });

  it('that are archived have no session', async () => {
    expect(rows(await list('archived'))[0]).not.toHaveProperty('sessionId');
  });

  it('may be two files', async () => {
    const [row] = rows(await list('twoFiles'));
    expect(Object.keys(row?.['mediaUris'] ?? {})).toEqual(['0', '1']);
  });

  it.each([
    ['lost', 0],
    ['restricted', 0],
    ['live', 0],
    ['several', 2],
  ] as const)('of the conversation %s are %i', async (name, count) => {
    expect(rows(await list(name))).toHaveLength(count);
  });

  it('may come late', async () => {
    expect(rows(await list('late'))).toHaveLength(0);
    expect(rows(await list('late'))).toHaveLength(1);
  });

  it.each([
    ['formatId=FLAC', 400],
    ['mediaFormats=WAV,FLAC', 400],
    ['maxWaitMs=0', 400],
    ['mediaFormats=WAV,MP3&maxWaitMs=5000', 200],
    ['formatId=NONE', 200],
  ])('are asked for with %s: %i', async (query, status) => {
    expect((await list('plain', `?${query}`)).status).toBe(status);
  });

  it('need a conversation that exists', async () => {
    const { status, body } = await caller.get('/api/v2/conversations/nothing/recordings');
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'conversation.not.found' } });
  });
});

describe('their metadata', () => {
  it('have neither media nor role, and are never 202', async () => {
    const called = await metadata('quick');
    expect(called.status).toBe(200);
    expect(rows(called)[0]).not.toHaveProperty('mediaUris');
    expect(rows(called)[0]).not.toHaveProperty('recordingFileRole');
  });
});

describe('a conversation', () => {
  it('has its people and their calls', async () => {
    const { body } = await caller.get(pathOf('plain', ''));
    expect(body).toMatchObject({
      id: calls.plain.conversationId,
      participants: [
        { purpose: 'agent', calls: [{ state: 'disconnected', peerId: expect.any(String) as string }] },
        { purpose: 'customer', calls: [{ direction: 'outbound' }] },
      ],
    });
  });

  it('is not kept for ever', async () => {
    expect((await caller.get(pathOf('forgotten', ''))).status).toBe(404);
    expect(rows(await list('forgotten'))).toHaveLength(1);
  });
});

describe('without the permission', () => {
  afterEach(() => genesys.world.setClients(worldOf([]).clients));

  it.each([
    ['recording:recording:view', '/recordings', 'recording.recording.view.permission.check.failed'],
    ['recording:recording:view', '/recordingmetadata', 'recording.recording.view.permission.check.failed'],
    ['conversation:communication:view', '', 'missing.any.permissions'],
  ])('%s there is 403 for %s', async (permission, what, code) => {
    const client = clientWithout(permission);
    genesys.world.setClients([client]);
    const without = await callerOf(genesys, client);
    expect(await without.get(pathOf('plain', what))).toMatchObject({ status: 403, body: { code } });
  });
});
