/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../types.ts';
import { expiryOf } from './expiry.ts';
import { briefRecording, readRecording, recordingOf } from './recording.ts';

const conversation: Conversation = {
  conversationId: 'c',
  startAtMs: 1000,
  endAtMs: 61_000,
  direction: 'outbound',
  divisionIds: [],
  participants: [
    {
      participantId: 'p',
      purpose: 'customer',
      kind: 'customer',
      sessions: [
        {
          sessionId: 'outside',
          segments: [
            { type: 'dialing', startAtMs: 1000, endAtMs: 9000 },
            { type: 'interact', startAtMs: 9000, endAtMs: 61_000 },
          ],
        },
      ],
    },
  ],
};

const row = {
  id: 'r',
  conversationId: 'c',
  sessionId: 's',
  media: 'audio',
  mediaSubtype: 'Trunk',
  recordingFileRole: 'CUSTOMER_EXPERIENCE',
  fileState: 'AVAILABLE',
  startTime: '1970-01-01T00:00:05.000Z',
  endTime: '1970-01-01T00:00:35Z',
  outputDurationMs: 29_500.4,
  mediaUris: { 0: { mediaUri: 'https://media/0' }, 1: { mediaUri: 'https://media/1' }, x: {} },
};

describe('readRecording', () => {
  it('reads everything that decides', () => {
    expect(readRecording(row, 'Recording')).toEqual({
      recordingId: 'r',
      isAudio: true,
      rank: 0,
      state: 'Playable',
      startAtMs: 5000,
      endAtMs: 35_000,
      announcedDurationMs: 29_500,
      sessionId: 's',
      mediaUris: new Map([
        ['0', 'https://media/0'],
        ['1', 'https://media/1'],
      ]),
    });
    expect(readRecording({}, 'Recording')).toBeUndefined();
  });

  it.each([
    ['a screen', { media: 'screen' }, false],
    ['a chat', { media: 'chat' }, false],
    ['the subtype of a screen', { mediaSubtype: 'Screen' }, false],
    ['one that does not say', { media: undefined, mediaSubtype: undefined }, true],
  ])('knows whether %s is audio', (_, changes, isAudio) => {
    expect(readRecording({ ...row, ...changes }, 'Recording')?.isAudio).toBe(isAudio);
  });

  it.each([
    [{ mediaSubtype: 'Trunk' }, 0],
    [{ mediaSubtype: undefined }, 0],
    [{ mediaSubtype: 'Station' }, 1],
    [{ recordingFileRole: 'ADHOC' }, 2],
    [{ mediaSubtype: 'Station', recordingFileRole: 'ADHOC' }, 2],
    [{ mediaSubtype: 'Snippet' }, 3],
    [{ mediaSubtype: 'Consult', recordingFileRole: 'ADHOC' }, 4],
    [{ mediaSubtype: 'Something' }, 5],
  ])('ranks %j as %i', (changes, rank) => {
    expect(readRecording({ ...row, ...changes }, 'Recording')?.rank).toBe(rank);
  });

  it.each([
    [{ fileState: 'RESTORED' }, 'Playable'],
    [{ fileState: undefined }, 'Playable'],
    [{ fileState: 'ARCHIVED', mediaUris: null }, 'Archived'],
    [{ fileState: undefined, archiveMedium: 'CLOUDARCHIVE', mediaUris: {} }, 'Archived'],
    [{ fileState: 'RESTORING' }, 'Restoring'],
    [{ fileState: 'DELETED' }, 'Deleted'],
    [{ fileState: 'ERROR' }, 'Faulty'],
    [{ fileState: 'UPLOADING' }, 'Unready'],
    [{ mediaUris: null }, 'Unready'],
    [{ mediaUris: {} }, 'Unready'],
  ] as const)('reads the state of %j as %s', (changes, state) => {
    expect(readRecording({ ...row, ...changes }, 'Recording')?.state).toBe(state);
  });

  it('takes nothing from metadata that lack media, but for a stub', () => {
    const { mediaUris: _, ...metadata } = row;
    expect(readRecording(metadata, 'Metadata')?.state).toBe('Playable');
    const stub = { id: 'r', archiveMedium: 'CLOUDARCHIVE' };
    expect(readRecording(stub, 'Metadata')).toMatchObject({ state: 'Archived', announcedDurationMs: 0 });
  });
});

describe('recordingOf', () => {
  const facts = readRecording({ id: 'r', mediaUris: { S: { mediaUri: 'https://m/?Expires=99' } } }, 'Recording');
  if (!facts) throw new Error('it has an id');

  it('falls back to the conversation where Genesys says little', () => {
    expect(recordingOf(facts, conversation)).toMatchObject({
      startAtMs: 1000,
      announcedDurationMs: 0,
      sessionId: 'outside',
      urisExpireAtMs: 99_000,
    });
    const [customer] = conversation.participants;
    const two = { ...conversation, participants: customer ? [customer, customer] : [] };
    expect(recordingOf(facts, two)).not.toHaveProperty('sessionId');
  });

  it('has no addresses where it is skipped', () => {
    const skipped = recordingOf(facts, conversation, { code: 'CSC_RECORDING_COPY', why: 'recording x is used' });
    expect(skipped).toMatchObject({ skip: 'CSC_RECORDING_COPY', why: 'recording x is used' });
    expect(skipped.mediaUris.size).toBe(0);
  });
});

it('briefRecording estimates from when the customer was connected', () => {
  expect(briefRecording('r', conversation, new Map([['S', 'https://m/x']]))).toEqual({
    recordingId: 'r',
    conversation,
    startAtMs: 9000,
    announcedDurationMs: 52_000,
    sessionId: 'outside',
    mediaUris: new Map([['S', 'https://m/x']]),
    isBrief: true,
  });
});

describe('expiryOf', () => {
  it.each([
    ['https://s/x?X-Amz-Date=20261123T090000Z&X-Amz-Expires=3600', Date.UTC(2026, 10, 23, 10)],
    ['https://s/x?X-Goog-Date=20261123T090000Z&X-Goog-Expires=120', Date.UTC(2026, 10, 23, 9, 2)],
    ['https://s/x?Expires=1795424400.5&Signature=abc', 1_795_424_400_500],
    ['https://s/x?X-Amz-Date=yesterday&X-Amz-Expires=3600', undefined],
    ['https://s/x?X-Amz-Expires=3600', undefined],
    ['https://s/x?Expires=never', undefined],
    ['https://s/x', undefined],
    ['nonsense', undefined],
  ])('%s: %s', (url, expected) => {
    expect(expiryOf(url)).toBe(expected);
  });
});
