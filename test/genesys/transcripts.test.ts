import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outboundCall } from './calls.ts';
import { callerOf, send } from './caller.ts';
import type { Caller } from './caller.ts';
import { startGenesys } from './simulator.ts';
import type { GenesysSimulator } from './simulator.ts';
import { worldOf } from './world.ts';

const PATH = '/api/v2/interactions/transcripts';
const { conversationId } = outboundCall(1);
const turn = { role: 'agent', text: 'Hello.', start: 0, end: 900 };
const good = {
  interactionId: conversationId,
  type: 'transcript',
  content: [turn, { role: 'caller', text: 'Hello?', start: 900, end: 1500 }],
  dateCreated: '2026-11-24T03:00:00.000Z',
};

let genesys: GenesysSimulator;
let caller: Caller;

beforeAll(async () => {
  genesys = await startGenesys({ world: worldOf([outboundCall(1)]) });
  caller = await callerOf(genesys);
});
afterAll(() => genesys.stop());

describe('a transcript that is taken', () => {
  it.each([
    ['is of the agreed form', good],
    ['may be without content: nobody spoke', { ...good, content: [] }],
    ['may have people at the same time', { ...good, content: [turn, { ...turn, role: 'caller' }] }],
    ['may have roles that nobody knows', { ...good, content: [{ ...turn, role: 'unknown' }] }],
    ['may have a time without a fraction', { ...good, dateCreated: '2026-11-24T03:00:00Z' }],
  ])('%s', async (_, body) => {
    const before = genesys.transcripts.get(conversationId)?.length ?? 0;
    expect((await caller.post(PATH, body)).status).toBe(201);
    expect(genesys.transcripts.get(conversationId)).toHaveLength(before + 1);
    expect(genesys.transcripts.get(conversationId)?.at(-1)).toEqual(body);
    expect(genesys.violations).toEqual([]);
  });
});

describe('a transcript that is refused', () => {
  const withTurn = (change: object): object => ({ ...good, content: [{ ...turn, ...change }] });

  it.each([
    ['has another type', { ...good, type: 'text' }],
    ['has no type', { ...good, type: undefined }],
    ['has an unknown field', { ...good, language: 'en-US' }],
    ['has no content', { ...good, content: undefined }],
    ['has null for content', { ...good, content: null }],
    ['has content that is no list', { ...good, content: {} }],
    ['has a turn that is null', { ...good, content: [null] }],
    ['has a role of another world', withTurn({ role: 'customer' })],
    ['has no text', withTurn({ text: undefined })],
    ['has an empty text', withTurn({ text: ' ' })],
    ['has null for a text', withTurn({ text: null })],
    ['has a time as a text', withTurn({ start: '0' })],
    ['has a fraction of a millisecond', withTurn({ start: 0.5 })],
    ['has a negative time', withTurn({ start: -1 })],
    ['has null for a time', withTurn({ end: null })],
    ['has a turn that ends before it starts', withTurn({ start: 10, end: 9 })],
    ['has an unknown field in a turn', withTurn({ speaker: 'speaker_0' })],
    ['has turns out of order', { ...good, content: good.content.toReversed() }],
    ['has a date that is none', { ...good, dateCreated: 'today' }],
    ['has a date of another zone', { ...good, dateCreated: '2026-11-24T03:00:00+01:00' }],
    ['has no date', { ...good, dateCreated: undefined }],
    ['has a number for an interaction', { ...good, interactionId: 7 }],
  ])('%s', async (_, body) => {
    const [taken, noted] = [genesys.transcripts.get(conversationId)?.length, genesys.violations.length];
    expect((await caller.post(PATH, body)).status).toBe(400);
    expect(genesys.violations).toHaveLength(noted + 1);
    expect(genesys.transcripts.get(conversationId)).toHaveLength(taken ?? 0);
  });

  it('is for an interaction that does not exist', async () => {
    const { status, body } = await caller.post(PATH, { ...good, interactionId: 'nothing' });
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'interaction.not.found' } });
  });

  it('is not JSON', async () => {
    const authorization = `Bearer ${caller.token}`;
    const post = (type: string, body: string) =>
      send(genesys.apiURL + PATH, { method: 'POST', headers: { authorization, 'content-type': type }, body });
    expect((await post('text/plain', JSON.stringify(good))).status).toBe(415);
    expect((await post('application/json', '{')).status).toBe(400);
    expect((await post('application/json', ' '.repeat(10_000_001))).status).toBe(413);
  });
});

it('is on the books where a fault loses the answer', async () => {
  const before = genesys.transcripts.get(conversationId)?.length ?? 0;
  genesys.faults.next({ path: /transcripts$/u, drop: 'reset', received: true });
  await expect(caller.post(PATH, good)).rejects.toThrow();
  expect(genesys.transcripts.get(conversationId)).toHaveLength(before + 1);
});
