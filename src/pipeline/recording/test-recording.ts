/**
 * One recording and what becomes of it, for the tests of this folder and of `run/`.
 * @module
 */
import { transcriptOf } from '../deliver/test-transcript.ts';
import type { HeldTranscript } from '../plan.ts';
import type { Audio, Conversation, Recording, Reservation, Row } from '../types.ts';

export const NOW_MS = Date.UTC(2026, 10, 24, 8);

export const conversationOf = (conversationId = 'c-1', more: Partial<Conversation> = {}): Conversation => ({
  conversationId,
  startAtMs: NOW_MS - 7_200_000,
  endAtMs: NOW_MS - 7_140_000,
  direction: 'outbound',
  divisionIds: ['d-1'],
  queueId: 'q-1',
  participants: [],
  ...more,
});

export const recordingOf = (recordingId = 'r-1', more: Partial<Recording> = {}): Recording => ({
  recordingId,
  conversation: conversationOf(`c-${recordingId.slice(2)}`),
  startAtMs: NOW_MS - 7_200_000,
  announcedDurationMs: 60_000,
  mediaUris: new Map([['0', 'https://media.example.com/0?Signature=secret']]),
  ...more,
});

export const audioOf = (more: Partial<Audio> = {}): Audio => ({
  path: '/work/audio-1',
  bytes: 480_000,
  contentType: 'audio/wav',
  codec: 'mulaw',
  channels: 2,
  sampleRate: 8000,
  durationMs: 61_500,
  sha256: 'ab'.repeat(32),
  ...more,
});

const facts = {
  recordingId: 'r-1',
  conversationId: 'c-1',
  attempt: 1,
  durationMs: 61_500,
  channels: 2,
  callAtMs: NOW_MS - 7_200_000,
  provider: 'generic',
  model: 'phone_call',
  queueId: 'q-1',
  campaignId: 'camp-1',
  divisionId: 'd-1',
  agent: 'h:0123456789abcdef',
  audioSha256: 'ab'.repeat(32),
  billedMs: 61_500,
  microsPerMinute: 4000,
  estimateMicros: 4000,
  reservedMicros: 4100,
  avoidedMicros: 0,
  avoidedBy: '',
} as const;

export const reservationOf = (more: Partial<Reservation> = {}): Reservation => ({ ...facts, atMs: NOW_MS, ...more });

/** A row of an attempt that succeeded. */
export const rowWith = (more: Partial<Row> = {}): Row => ({
  ...facts,
  atMs: NOW_MS,
  costMicros: 4100,
  costUnknownMicros: 0,
  status: 'success',
  errorCode: '',
  outcome: 'Transcribed',
  freeMs: 0,
  usage: {},
  transcribedBy: '',
  ...more,
});

export const heldOf = (more: Partial<Reservation> = {}): HeldTranscript => {
  const reservation = reservationOf(more);
  const { recordingId, conversationId, reservedMicros: costMicros } = reservation;
  return { reservation, usage: {}, transcript: transcriptOf({ recordingId, conversationId, costMicros }) };
};
