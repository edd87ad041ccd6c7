import { describe, expect, it } from 'vitest';
import type { Audio, ParticipantKind, Recording } from '../types.ts';
import { createScreen } from './screen.ts';

const recordingWith = (kinds: readonly ParticipantKind[]): Recording => ({
  recordingId: 'r-1',
  conversation: {
    conversationId: 'c-1',
    startAtMs: 0,
    direction: 'outbound',
    divisionIds: [],
    participants: kinds.map((kind, index) => ({ participantId: `p-${index}`, purpose: kind, kind, sessions: [] })),
  },
  startAtMs: 0,
  announcedDurationMs: 99_000,
  mediaUris: new Map(),
});

const audioOf = (durationMs: number, channels = 2): Audio => ({
  path: '/tmp/a.wav',
  bytes: 1,
  contentType: 'audio/wav',
  codec: 'mulaw',
  channels,
  sampleRate: 8000,
  durationMs,
  sha256: '',
});

const both: readonly ParticipantKind[] = ['customer', 'agent'];

describe('createScreen', () => {
  it.each<[string, number | undefined, readonly ParticipantKind[], Audio, string | undefined, boolean]>([
    ['lets a call pass', 5, both, audioOf(5000), undefined, false],
    ['needs no minimum', undefined, both, audioOf(1), undefined, false],
    ['skips what is too short', 5, both, audioOf(4999), 'CSC_RECORDING_TOO_SHORT', true],
    ['skips an empty file', undefined, both, audioOf(0), 'CSC_MEDIA_EMPTY', true],
    ['skips a file without channels', undefined, both, audioOf(5000, 0), 'CSC_MEDIA_EMPTY', true],
    ['fails a call without agent', undefined, ['customer', 'system'], audioOf(5000), 'CSC_NO_AGENT', false],
    ['fails a call without anybody', undefined, [], audioOf(5000), 'CSC_NO_AGENT', false],
    ['skips rather than fails', 5, ['customer'], audioOf(10), 'CSC_RECORDING_TOO_SHORT', true],
  ])('%s', (_name, minDurationSeconds, kinds, audio, code, skip) => {
    const refusal = createScreen({ minDurationSeconds })(recordingWith(kinds), audio);
    expect(refusal?.error.code).toBe(code);
    expect(refusal?.skip ?? false).toBe(skip);
  });
});
