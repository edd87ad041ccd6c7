import { describe, expect, it } from 'vitest';
import type { Audio, ParticipantKind, Recording } from '../types.ts';
import type { Sound } from '../../audio/sound.ts';
import { createScreen, refusalOf, type Screen } from './screen.ts';

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

describe('refusalOf', () => {
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
    const judged = refusalOf(recordingWith(kinds), audio, { minDurationSeconds });
    expect(judged && { code: judged.error.code, skip: judged.skip }).toEqual(refusal);
  });
});

describe('createScreen', () => {
  const folded = { ...audioOf(5000, 1), foldedFrom: 2 };
  const screenOf = (sound: Sound | undefined) =>
    createScreen({ minDurationSeconds: 1, listen: async () => sound, fold: async () => folded });
  const speech: Sound = { loudest: 0.2, difference: 0.9 };
  const call = recordingWith(both);

  it.each<[string, Sound | undefined, Audio, Awaited<ReturnType<Screen>>]>([
    ['lets speech pass', speech, audioOf(5000), { kind: 'Fit', audio: audioOf(5000) }],
    ['lets pass what it cannot hear', undefined, audioOf(5000), { kind: 'Fit', audio: audioOf(5000) }],
    [
      'takes one of two channels that are alike',
      { ...speech, difference: 0.00001 },
      audioOf(5000),
      { kind: 'Fit', audio: folded },
    ],
    [
      'leaves a single channel alone',
      { ...speech, difference: 0 },
      audioOf(5000, 1),
      { kind: 'Fit', audio: audioOf(5000, 1) },
    ],
    [
      'keeps channels that an echo makes similar',
      { ...speech, difference: 0.01 },
      audioOf(5000),
      { kind: 'Fit', audio: audioOf(5000) },
    ],
  ])('%s', async (_name, sound, audio, screened) => {
    await expect(screenOf(sound)(call, audio)).resolves.toEqual(screened);
  });

  it('skips what nobody can hear', async () => {
    const silence = { loudest: 0.0009, difference: 1 };
    await expect(screenOf(silence)(call, audioOf(5000))).resolves.toMatchObject({
      kind: 'Unfit',
      skip: true,
      error: { code: 'CSC_MEDIA_SILENT' },
    });
  });

  it('does not listen to what is refused anyway', async () => {
    const screen = createScreen({
      minDurationSeconds: 5,
      listen: () => Promise.reject(new Error('listened')),
      fold: async () => folded,
    });
    await expect(screen(call, audioOf(1))).resolves.toMatchObject({ error: { code: 'CSC_RECORDING_TOO_SHORT' } });
  });
});
