/**
 * Calls for the tests of this folder, written as briefly as a drawing.
 * @module
 */
import type { Audio, Participant, ParticipantKind, Recording, Utterance } from '../types.ts';

/** Where the recordings of the tests begin. */
export const STARTED_AT_MS = Date.UTC(2026, 10, 24, 8);

/** Type, start and end in seconds from the start of the recording. */
type Leg = readonly [type: string, startS: number, endS: number];

export const participant = (kind: ParticipantKind, ...legs: readonly Leg[]): Participant => ({
  participantId: kind,
  purpose: kind,
  kind,
  sessions: [
    {
      sessionId: `s-${kind}`,
      segments: legs.map(([type, startS, endS]) => ({
        type,
        startAtMs: STARTED_AT_MS + startS * 1000,
        endAtMs: STARTED_AT_MS + endS * 1000,
      })),
    },
  ],
});

export const recordingOf = (...participants: readonly Participant[]): Recording => ({
  recordingId: 'r-1',
  conversation: {
    conversationId: 'c-1',
    startAtMs: STARTED_AT_MS,
    direction: 'outbound',
    divisionIds: [],
    participants,
  },
  startAtMs: STARTED_AT_MS,
  announcedDurationMs: 60_000,
  mediaUris: new Map(),
});

export const audioOf = (channels: number): Audio => ({
  path: '/tmp/a.wav',
  bytes: 1,
  contentType: 'audio/wav',
  codec: 'mulaw',
  channels,
  sampleRate: 8000,
  durationMs: 60_000,
  sha256: '',
});

/** Speaker, start and end in seconds, and the channel where the service tells it. */
export const says = (speaker: string, startS: number, endS: number, channel?: number): Utterance => ({
  speaker,
  startMs: startS * 1000,
  endMs: endS * 1000,
  text: `${speaker} at ${startS}`,
  ...(channel === undefined ? {} : { channel }),
});
