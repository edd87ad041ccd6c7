import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../errors.ts';
import { PLAIN_PRICE, priceWith } from '../test-spec.ts';
import type { Audio, Recording } from '../types.ts';
import { reservationOf as reservedFor } from './test-recording.ts';
import { providerMicros, reservationOf, reservedRow, rowOf, successRow } from './row.ts';

const recording: Recording = {
  recordingId: 'r-1',
  conversation: { conversationId: 'c-1', startAtMs: 5, direction: 'outbound', divisionIds: [], participants: [] },
  startAtMs: 6,
  announcedDurationMs: 30_000,
  mediaUris: new Map(),
};
const audio: Audio = {
  path: '/tmp/a',
  bytes: 1,
  contentType: 'audio/wav',
  codec: 'mulaw',
  channels: 2,
  sampleRate: 8000,
  durationMs: 60_000,
  sha256: 'abc',
};
const perChannel = priceWith({ ratePerMinute: '0.006', perChannel: true });
const facts = { recording, provider: 'generic', model: 'm', agents: 'Hashed', price: perChannel, nowMs: 7 } as const;

describe('reservationOf', () => {
  it('sets aside the price of what is sent, beside what was expected', () => {
    expect(reservationOf(facts, 2, audio)).toMatchObject({
      attempt: 2,
      atMs: 7,
      callAtMs: 5,
      durationMs: 60_000,
      channels: 2,
      audioSha256: 'abc',
      billedMs: 120_000,
      microsPerMinute: 6000,
      reservedMicros: 12_000,
      estimateMicros: 6000,
      avoidedMicros: 0,
      avoidedBy: '',
    });
  });

  it('says what one channel instead of two alike ones saved', () => {
    const folded = { ...audio, channels: 1, foldedFrom: 2 };
    expect(reservationOf(facts, 1, folded)).toMatchObject({
      channels: 1,
      reservedMicros: 6000,
      avoidedMicros: 6000,
      avoidedBy: 'CSC_FAKE_STEREO',
    });
    expect(reservationOf({ ...facts, price: priceWith() }, 1, folded)).toMatchObject({
      avoidedMicros: 0,
      avoidedBy: 'CSC_FAKE_STEREO',
    });
  });

  it('does not count on anything being free', () => {
    const price = priceWith({ ratePerMinute: '0.006', freeSeconds: 3600 });
    expect(reservationOf({ ...facts, price }, 1, audio).reservedMicros).toBe(6000);
  });
});

describe('rowOf', () => {
  const skipped = (errorCode: ErrorCode, from: Audio | undefined) =>
    rowOf(facts, 1, { status: 'skipped', outcome: 'Skipped', errorCode }, from);

  it.each<[string, ErrorCode, Audio | undefined, number]>([
    ['the price of a silent file', 'CSC_MEDIA_SILENT', audio, 12_000],
    ['the expected price of a file without sound', 'CSC_MEDIA_EMPTY', { ...audio, durationMs: 0 }, 6000],
    ['the expected price of what was not fetched', 'CSC_ALREADY_TRANSCRIBED', undefined, 6000],
    ['nothing for what could not have been sent', 'CSC_RECORDING_ARCHIVED', undefined, 0],
    ['nothing for what was cancelled', 'CSC_CANCELLED', audio, 0],
  ])('avoids %s', (_name, errorCode, from, avoidedMicros) => {
    expect(skipped(errorCode, from)).toMatchObject({
      avoidedMicros,
      avoidedBy: avoidedMicros > 0 ? errorCode : '',
      costMicros: 0,
      reservedMicros: 0,
      billedMs: 0,
    });
  });

  it('has the announced length where nothing was measured', () => {
    expect(skipped('CSC_CANCELLED', undefined)).toMatchObject({ durationMs: 30_000, channels: 0, audioSha256: '' });
    expect(skipped('CSC_CANCELLED', audio)).toMatchObject({ durationMs: 60_000, channels: 2, audioSha256: 'abc' });
  });
});

describe('reservedRow', () => {
  const reservation = reservedFor({ avoidedMicros: 5, avoidedBy: 'CSC_FAKE_STEREO' });

  it('keeps what was reserved beside what it became', () => {
    const row = reservedRow(reservation, 9, { status: 'unknown', outcome: '', costUnknownMicros: 4100 });
    expect(row).toMatchObject({
      atMs: 9,
      reservedMicros: 4100,
      costUnknownMicros: 4100,
      billedMs: 61_500,
      avoidedMicros: 5,
    });
  });

  it('bills and saves nothing where the service did not do the work', () => {
    const row = reservedRow(reservation, 9, { status: 'failed', outcome: 'Failed', errorCode: 'CSC_STT_REJECTED' });
    expect(row).toMatchObject({ reservedMicros: 4100, costMicros: 0, billedMs: 0, avoidedMicros: 0, avoidedBy: '' });
  });
});

describe('successRow', () => {
  it.each([
    ['without figures of the service', {}, undefined],
    ['with billed seconds', { billedMs: 124_000 }, 8267],
    ['with the length alone, at our own rules', { audioMs: 61_500 }, 4100],
    ['with both, where the billed ones count', { audioMs: 61_400, billedMs: 60_000 }, 4000],
  ])('settles what was reserved, %s', (_name, usage, micros) => {
    const row = successRow({ reservation: reservedFor(), usage }, PLAIN_PRICE, 9);
    expect(row).toMatchObject({ status: 'success', outcome: 'Transcribed', costMicros: 4100, usage, atMs: 9 });
    expect(row.providerMicros).toBe(micros);
  });

  it('prices the figures of the service for each channel only where they are lengths', () => {
    expect(providerMicros(perChannel, { audioMs: 60_000 }, 2)).toEqual({ providerMicros: 12_000 });
    expect(providerMicros(perChannel, { billedMs: 60_000 }, 2)).toEqual({ providerMicros: 6000 });
  });
});
