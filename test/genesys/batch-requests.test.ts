import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recognise, spokenCalls } from '../audio/fixtures.ts';
import { inState, outboundCall, outboundCalls, withAnother, withLostRecording, withRecording } from './calls.ts';
import { callerOf, clientWithout, send } from './caller.ts';
import type { Caller } from './caller.ts';
import { startGenesys } from './simulator.ts';
import type { GenesysSimulator } from './simulator.ts';
import { defaultClient, worldOf } from './world.ts';
import type { WorldConversation } from './world.ts';

const PATH = '/api/v2/recording/batchrequests';

const calls = {
  plain: outboundCall(1),
  screen: withAnother(outboundCall(2), { media: 'screen', mediaSubtype: 'Screen' }),
  archived: inState(outboundCall(3), 'ARCHIVED'),
  twoFiles: outboundCall(4, { layout: '0+1' }),
  lost: withLostRecording(outboundCall(5)),
  uploading: withRecording(outboundCall(6), { uploading: 1 }),
  sensitive: withRecording(outboundCall(7), { sensitive: true }),
  restricted: withRecording(outboundCall(8), { restricted: true }),
  broken: withRecording(outboundCall(9), { batchError: 'An error occurred' }),
  opus: withRecording(outboundCall(10), { original: Buffer.from('OggS and so on') }),
} satisfies Record<string, WorldConversation>;

type Name = keyof typeof calls;

let genesys: GenesysSimulator;
let caller: Caller;

beforeEach(async () => {
  const conversations = [...Object.values(calls), ...outboundCalls(200).slice(20)];
  genesys = await startGenesys({ world: worldOf(conversations), minPollMs: 0, batchResultsPerPoll: 2 });
  caller = await callerOf(genesys);
});
afterEach(() => genesys.stop());

interface Result {
  readonly conversationId?: string;
  readonly recordingId?: string;
  readonly resultUrl?: string;
  readonly contentType?: string;
  readonly errorMsg?: string;
}

interface Status {
  readonly status: 'InProgress' | 'Completed';
  readonly expectedResultCount: number;
  readonly resultCount: number;
  readonly errorCount: number;
  readonly results: readonly Result[];
}

const submit = (items: readonly object[]) => caller.post(PATH, { batchDownloadRequestList: items });

const submitted = async (...names: readonly Name[]): Promise<string> => {
  const { body } = await submit(names.map((name) => ({ conversationId: calls[name].conversationId })));
  return (body as { readonly id: string }).id;
};

const look = async (id: string): Promise<Status> => (await caller.get(`${PATH}/${id}`)).body as Status;

const completed = async (...names: readonly Name[]): Promise<readonly Result[]> => {
  const id = await submitted(...names);
  let status = await look(id);
  while (status.status !== 'Completed') status = await look(id);
  return status.results;
};

describe('a batch request', () => {
  it('has results that appear little by little, and of which there may be more than expected', async () => {
    const id = await submitted('plain', 'screen', 'archived');
    expect(await look(id)).toMatchObject({ status: 'InProgress', expectedResultCount: 3, resultCount: 2 });
    const last = await look(id);
    expect(last).toMatchObject({ status: 'Completed', expectedResultCount: 4, resultCount: 4, errorCount: 1 });
    expect(last.results.map(({ contentType = 'error' }) => contentType)).toEqual([
      'audio/wav',
      'audio/wav',
      'video/webm',
      'error',
    ]);
  });

  it('gives each recording as it was recorded, at an address without login', async () => {
    const [result] = await completed('plain');
    const audio = Buffer.from(await (await fetch(result?.resultUrl ?? '')).arrayBuffer());
    expect(recognise(audio)).toMatchObject({ call: spokenCalls.call1, layout: 'stereo' });
    expect(await completed('opus')).toMatchObject([{ contentType: 'audio/ogg' }]);
    expect(genesys.violations).toEqual([]);
  });

  it('gives two files of one recording in no order that means anything', async () => {
    const results = await completed('twoFiles');
    expect(new Set(results.map(({ recordingId }) => recordingId)).size).toBe(1);
    const layouts = await Promise.all(
      results.map(async ({ resultUrl = '' }) => {
        return recognise(Buffer.from(await (await fetch(resultUrl)).arrayBuffer()))?.layout;
      }),
    );
    expect(new Set(layouts)).toEqual(new Set(['agent', 'customer']));
  });

  it.each([
    ['archived', [{ errorMsg: 'Recording is archived and cannot be downloaded' }]],
    ['uploading', [{ errorMsg: 'Recording is not available yet' }]],
    ['broken', [{ errorMsg: 'An error occurred' }]],
    ['lost', []],
    ['sensitive', []],
    ['restricted', []],
  ] as const)('says of the conversation %s', async (name, expected) => {
    expect(await completed(name)).toMatchObject(expected);
  });

  it('shows sensitive data to who may see them', async () => {
    const permissions = [...defaultClient.permissions, 'recording:recording:viewSensitiveData'];
    const client = { ...defaultClient, permissions };
    genesys.world.setClients([client]);
    caller = await callerOf(genesys, client);
    expect(await completed('sensitive')).toMatchObject([{ contentType: 'audio/wav' }]);
  });

  it('can be for one recording of several', async () => {
    const { conversationId, recordings } = calls.screen;
    const recordingId = recordings[0]?.recordingId;
    const { body } = await submit([{ conversationId, recordingId }]);
    expect((await look((body as { readonly id: string }).id)).results).toMatchObject([{ recordingId }]);
  });

  it('may be complete without being so, or give addresses that are too old', async () => {
    genesys.faults.next({ path: /batchrequests\/./u, quirk: 'partialBatch' });
    expect(await look(await submitted('plain', 'opus'))).toMatchObject({ status: 'Completed', resultCount: 1 });
    genesys.faults.next({ path: /batchrequests\/./u, quirk: 'expiredURL' });
    const { results } = await look(await submitted('plain'));
    expect((await send(results[0]?.resultUrl ?? '')).status).toBe(403);
  });

  it('takes 100 items and no more', async () => {
    const items = outboundCalls(200)
      .slice(20)
      .map(({ conversationId }) => ({ conversationId }));
    expect((await submit(items.slice(0, 100))).status).toBe(200);
    expect(genesys.violations).toEqual([]);
    expect(await submit(items.slice(0, 101))).toMatchObject({
      status: 400,
      body: { code: 'batch.download.too.many.items' },
    });
    expect(genesys.violations).toHaveLength(1);
  });

  it.each([
    ['nothing', []],
    ['no conversation', [{ recordingId: 'r' }]],
    ['an unknown field', [{ conversationId: 'c', mediaType: 'voice' }]],
    ['a recording that is null', [{ conversationId: 'c', recordingId: null }]],
  ])('is refused with %s', async (_, items) => {
    expect((await submit(items)).status).toBe(400);
    expect(genesys.violations).toHaveLength(1);
  });

  it('belongs to who submitted it', async () => {
    const other = { ...defaultClient, clientId: 'other' };
    genesys.world.setClients([defaultClient, other]);
    const id = await submitted('plain');
    expect(await (await callerOf(genesys, other)).get(`${PATH}/${id}`)).toMatchObject({
      status: 403,
      body: { code: 'batch.download.permission.denied' },
    });
    expect((await caller.get(`${PATH}/nothing`)).body).toMatchObject({ code: 'batch.download.job.not.found' });
  });

  it('needs the permission of the recordings', async () => {
    const client = clientWithout('recording:recording:view');
    genesys.world.setClients([client]);
    caller = await callerOf(genesys, client);
    expect((await submit([{ conversationId: calls.plain.conversationId }])).status).toBe(403);
  });
});
