/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { BatchResult } from '../genesys/client.ts';
import type { Conversation } from '../types.ts';
import { readBatch } from './results.ts';

const conversation: Conversation = {
  conversationId: 'c',
  startAtMs: 0,
  endAtMs: 60_000,
  direction: 'outbound',
  divisionIds: [],
  isRecorded: true,
  participants: [],
};

const file = (recordingId: string, more: Partial<BatchResult> = {}): BatchResult => ({
  conversationId: 'c',
  recordingId,
  url: `https://media/${recordingId}`,
  contentType: 'audio/wav',
  ...more,
});
const screen = file('screen', { contentType: 'video/webm' });

const accepts = (type: string): boolean => type === 'audio/wav';
const read = (results: readonly BatchResult[], of = conversation) => readBatch(of, results, accepts);

describe('readBatch', () => {
  it('takes the one file of audio, and says that the others are none', () => {
    expect(read([screen, file('a'), file('chat', { contentType: 'application/json' })])).toMatchObject({
      kind: 'Decided',
      located: [
        { kind: 'Recording', recording: { recordingId: 'a', isBrief: true } },
        { kind: 'Recording', recording: { recordingId: 'screen', skip: 'CSC_RECORDING_NOT_AUDIO' } },
        { kind: 'Recording', recording: { recordingId: 'chat', skip: 'CSC_RECORDING_NOT_AUDIO' } },
      ],
    });
  });

  it.each([
    ['a type that says nothing', file('a', { contentType: 'application/octet-stream' })],
    ['no type', { conversationId: 'c', recordingId: 'a', url: 'https://media/a' }],
  ])('takes a file of %s, and looks at it later', (_, result) => {
    expect(read([result])).toMatchObject({ kind: 'Decided', located: [{ recording: { recordingId: 'a' } }] });
  });

  it('knows that there is none where recording was not started either', () => {
    expect(read([], { ...conversation, isRecorded: false })).toMatchObject({
      kind: 'Decided',
      located: [{ kind: 'None', error: { code: 'CSC_NO_RECORDING' } }],
    });
  });

  it.each<[string, BatchResult[]]>([
    ['there is nothing though recording was started', []],
    ['there are several files of audio', [file('a'), file('b')]],
    ['there are two files of one recording', [file('a'), file('a')]],
    ['there is an error', [{ conversationId: 'c', recordingId: 'a', error: 'archived' }]],
    ['there is an error beside a file', [file('a'), { conversationId: 'c', error: 'archived' }]],
    ['there is a file of no recording', [{ conversationId: 'c', url: 'https://media/a', contentType: 'audio/wav' }]],
    ['there is no audio', [screen]],
  ])('needs another look where %s', (_, results) => {
    expect(read(results)).toEqual({ kind: 'Undecided', hasWrongType: false });
  });

  it('needs another look where nobody says whether recording was started', () => {
    const { isRecorded: _, ...unknown } = conversation;
    expect(read([], unknown)).toEqual({ kind: 'Undecided', hasWrongType: false });
  });

  it('needs another file where the speech service does not take this one', () => {
    expect(read([file('a', { contentType: 'audio/ogg' })])).toEqual({ kind: 'Undecided', hasWrongType: true });
  });
});
