/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../types.ts';
import { judge } from './recording.ts';

const conversation: Conversation = {
  conversationId: 'c',
  startAtMs: 1000,
  endAtMs: 61_000,
  direction: 'outbound',
  divisionIds: [],
  participants: [
    { participantId: 'p', purpose: 'customer', kind: 'customer', sessions: [{ sessionId: 'outside', segments: [] }] },
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

describe('judge', () => {
  it('reads a recording that can be fetched', () => {
    expect(judge(row, conversation)).toEqual({
      kind: 'Final',
      recording: {
        recordingId: 'r',
        conversation,
        startAtMs: 5000,
        announcedDurationMs: 29_500,
        sessionId: 's',
        mediaUris: new Map([
          ['0', 'https://media/0'],
          ['1', 'https://media/1'],
        ]),
      },
    });
  });

  it.each([
    ['another medium', { media: 'screen' }, 'CSC_RECORDING_NOT_AUDIO'],
    ['a chat', { media: 'chat', fileState: 'ARCHIVED' }, 'CSC_RECORDING_NOT_AUDIO'],
    ['the subtype of a screen', { mediaSubtype: 'Screen' }, 'CSC_RECORDING_NOT_AUDIO'],
    ['a station', { mediaSubtype: 'Station' }, 'CSC_RECORDING_NOT_SELECTED'],
    ['a consultation', { mediaSubtype: 'Consult' }, 'CSC_RECORDING_NOT_SELECTED'],
    ['a snippet', { mediaSubtype: 'Snippet' }, 'CSC_RECORDING_NOT_SELECTED'],
    ['one by hand', { recordingFileRole: 'ADHOC' }, 'CSC_RECORDING_NOT_SELECTED'],
    ['an archived one', { fileState: 'ARCHIVED', mediaUris: {} }, 'CSC_RECORDING_ARCHIVED'],
    [
      'an archived stub',
      { fileState: undefined, archiveMedium: 'CLOUDARCHIVE', mediaUris: {} },
      'CSC_RECORDING_ARCHIVED',
    ],
    ['one that is being restored', { fileState: 'RESTORING' }, 'CSC_RECORDING_ARCHIVED'],
    ['a deleted one', { fileState: 'DELETED' }, 'CSC_RECORDING_DELETED'],
    ['a faulty one', { fileState: 'ERROR' }, 'CSC_RECORDING_ERROR'],
    ['a short one', { outputDurationMs: 9999 }, 'CSC_RECORDING_TOO_SHORT'],
    ['a short span', { outputDurationMs: undefined, endTime: '1970-01-01T00:00:14Z' }, 'CSC_RECORDING_TOO_SHORT'],
  ])('leaves out %s', (_, changes, skip) => {
    const judged = judge({ ...row, ...changes }, conversation, 10);
    expect(judged).toMatchObject({ kind: 'Final', recording: { skip } });
    expect(judged?.recording.mediaUris.size).toBe(0);
  });

  it.each([
    ['a restored one', { fileState: 'RESTORED' }],
    ['one without state and subtype', { fileState: undefined, mediaSubtype: undefined, media: undefined }],
    ['one of exactly the shortest length', { outputDurationMs: 10_000 }],
    ['one of unknown length', { outputDurationMs: undefined, endTime: null }],
  ])('takes %s', (_, changes) => {
    const judged = judge({ ...row, ...changes }, conversation, 10);
    expect(judged?.kind).toBe('Final');
    expect(judged?.recording.skip).toBeUndefined();
  });

  it.each([
    ['is being uploaded', { fileState: 'UPLOADING' }],
    ['has no media yet', { mediaUris: null }],
    ['has empty media', { mediaUris: {} }],
  ])('waits for one that %s', (_, changes) => {
    expect(judge({ ...row, ...changes }, conversation)).toMatchObject({
      kind: 'Unready',
      recording: { skip: 'CSC_RECORDING_NOT_READY' },
    });
  });

  it('falls back to the conversation where it says little', () => {
    expect(judge({ id: 'r', mediaUris: { S: { mediaUri: 'u' } } }, conversation)?.recording).toMatchObject({
      startAtMs: 1000,
      announcedDurationMs: 0,
      sessionId: 'outside',
    });
    const [customer] = conversation.participants;
    const two = { ...conversation, participants: customer ? [customer, customer] : [] };
    expect(judge({ ...row, sessionId: undefined }, two)?.recording.sessionId).toBeUndefined();
    expect(judge({}, conversation)).toBeUndefined();
  });
});
