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
  interface Case {
    readonly does: string;
    readonly minDurationSeconds?: number;
    readonly kinds?: readonly ParticipantKind[];
    readonly audio: Audio;
    readonly refusal?: { readonly code: string; readonly skip: boolean };
  }

  it.each<Case>([
    { does: 'lets a call pass', minDurationSeconds: 5, audio: audioOf(5000) },
    { does: 'needs no minimum', audio: audioOf(1) },
    {
      does: 'skips what is too short',
      minDurationSeconds: 5,
      audio: audioOf(4999),
      refusal: { code: 'CSC_RECORDING_TOO_SHORT', skip: true },
    },
    { does: 'skips an empty file', audio: audioOf(0), refusal: { code: 'CSC_MEDIA_EMPTY', skip: true } },
    {
      does: 'skips a file without channels',
      audio: audioOf(5000, 0),
      refusal: { code: 'CSC_MEDIA_EMPTY', skip: true },
    },
    {
      does: 'fails a call without agent',
      kinds: ['customer', 'system'],
      audio: audioOf(5000),
      refusal: { code: 'CSC_NO_AGENT', skip: false },
    },
    { does: 'fails a call of nobody', kinds: [], audio: audioOf(5000), refusal: { code: 'CSC_NO_AGENT', skip: false } },
    {
      does: 'skips rather than fails',
      minDurationSeconds: 5,
      kinds: ['customer'],
      audio: audioOf(10),
      refusal: { code: 'CSC_RECORDING_TOO_SHORT', skip: true },
    },
  ])('$does', ({ minDurationSeconds, kinds = both, audio, refusal }) => {
    const answer = createScreen({ minDurationSeconds })(recordingWith(kinds), audio);
    expect(answer && { code: answer.error.code, skip: answer.skip }).toEqual(refusal);
  });
});
