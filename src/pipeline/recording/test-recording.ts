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
  path: '/audio/1',
  bytes: 480_000,
  contentType: 'audio/wav',
  codec: 'mulaw',
  channels: 2,
  sampleRate: 8000,
  durationMs: 61_500,
  sha256: 'ab'.repeat(32),
  ...more,
});

export const reservationOf = (more: Partial<Reservation> = {}): Reservation => ({
  recordingId: 'r-1',
  conversationId: 'c-1',
  attempt: 1,
  reservedMicros: 4100,
  durationMs: 61_500,
  channels: 2,
  provider: 'generic',
  model: 'phone_call',
  queueId: 'q-1',
  atMs: NOW_MS,
  ...more,
});

/** A row of an attempt that succeeded. */
export const rowWith = (more: Partial<Row> = {}): Row => {
  const { reservedMicros: costMicros, ...known } = reservationOf();
  return {
    ...known,
    costMicros,
    costUnknownMicros: 0,
    status: 'success',
    errorCode: '',
    outcome: 'Transcribed',
    ...more,
  };
};

export const heldOf = (more: Partial<Reservation> = {}): HeldTranscript => {
  const reservation = reservationOf(more);
  const { recordingId, conversationId, reservedMicros: costMicros } = reservation;
  return { reservation, costMicros, transcript: transcriptOf({ recordingId, conversationId, costMicros }) };
};
