/**
 * What goes into the books about a recording: the reservation before its money is spent, and the row that says what became of
 * it. Pure.
 * @module
 */
import { catalogue } from '../../errors.ts';
import { estimateMicros, type RunPrice } from '../money/rates.ts';
import type { AttemptFacts, Audio, Recording, Reservation, Row, Usage } from '../types.ts';
import { type AgentNaming, allocationOf } from './allocation.ts';

export interface RowFacts {
  readonly recording: Recording;
  readonly provider: string;
  readonly model: string;
  readonly agents: AgentNaming;
  readonly price: RunPrice;
  readonly nowMs: number;
}

/** Everything that is known of an attempt for which no money is spent. */
const attemptFacts = (facts: RowFacts, attempt: number, audio: Audio | undefined): AttemptFacts => {
  const { recording, provider, model, agents, price } = facts;
  const { recordingId, conversation, announcedDurationMs } = recording;
  return {
    recordingId,
    conversationId: conversation.conversationId,
    attempt,
    durationMs: audio?.durationMs ?? announcedDurationMs,
    channels: audio?.channels ?? 0,
    callAtMs: conversation.startAtMs,
    provider,
    model,
    ...allocationOf(conversation, agents),
    audioSha256: audio?.sha256 ?? '',
    billedMs: 0,
    microsPerMinute: price.pricing.microsPerMinute,
    estimateMicros: estimateMicros(price, announcedDurationMs),
    reservedMicros: 0,
    avoidedMicros: 0,
    avoidedBy: '',
  };
};

type Avoided = Pick<AttemptFacts, 'avoidedMicros' | 'avoidedBy'>;

/** What sending one channel instead of two alike ones saved. */
const savedByFolding = ({ pricing }: RunPrice, audio: Audio): Avoided => {
  if (audio.foldedFrom === undefined) return { avoidedMicros: 0, avoidedBy: '' };
  const { durationMs } = audio;
  const wholeMicros = pricing.quote({ durationMs, channels: audio.foldedFrom }).micros;
  return { avoidedMicros: wholeMicros - pricing.quote(audio).micros, avoidedBy: 'CSC_FAKE_STEREO' };
};

/** Reserves the worst case: all of the audio, and nothing of it free. */
export const reservationOf = (facts: RowFacts, attempt: number, audio: Audio): Reservation => {
  const { billedMs, micros } = facts.price.pricing.quote(audio);
  return {
    ...attemptFacts(facts, attempt, audio),
    ...savedByFolding(facts.price, audio),
    billedMs,
    reservedMicros: micros,
    atMs: facts.nowMs,
  };
};

type RowCore = Pick<Row, 'status' | 'outcome'> & Partial<Row>;

const UNSPENT = {
  costMicros: 0,
  costUnknownMicros: 0,
  errorCode: '',
  freeMs: 0,
  usage: {},
  transcribedBy: '',
} as const;

/** True where money was spent for the attempt, or may have been. What cost nothing because it was free counts as spent. */
export const isBilled = ({ status, costMicros, costUnknownMicros, freeMs }: Row): boolean =>
  status === 'success' || costMicros > 0 || costUnknownMicros > 0 || freeMs > 0;

/** What it would have cost to send what was left out, by the length of the file, or by the announced one where it has none. */
const avoidedIn = ({ errorCode, durationMs, channels }: Row, { recording, price }: RowFacts): Partial<Avoided> => {
  if (errorCode === '' || !catalogue[errorCode].avoids) return {};
  const avoidedMicros =
    durationMs > 0 && channels > 0
      ? price.pricing.quote({ durationMs, channels }).micros
      : estimateMicros(price, recording.announcedDurationMs);
  return { avoidedMicros, avoidedBy: errorCode };
};

/** The row of an attempt that spent nothing. */
export const rowOf = (facts: RowFacts, attempt: number, core: RowCore, audio?: Audio): Row => {
  const row: Row = { ...attemptFacts(facts, attempt, audio), ...UNSPENT, atMs: facts.nowMs, ...core };
  return { ...row, ...avoidedIn(row, facts) };
};

/** The row of an attempt that was at the speech service, whatever came of it. */
export const reservedRow = (reservation: Reservation, nowMs: number, core: RowCore): Row => {
  const row: Row = { ...reservation, ...UNSPENT, atMs: nowMs, ...core };
  // What the service refused without doing the work was neither billed nor saved.
  return isBilled(row) ? row : { ...row, billedMs: 0, avoidedMicros: 0, avoidedBy: '' };
};

/** The row that ends what an earlier attempt began, without another one. */
export const closingRow = (row: Row, nowMs: number, core: RowCore): Row => {
  const { providerMicros: _reported, ...known } = row;
  const unpaid = { billedMs: 0, reservedMicros: 0, avoidedMicros: 0, avoidedBy: '' } as const;
  return { ...known, ...UNSPENT, ...unpaid, atMs: nowMs, ...core };
};

/** What the service's own figures come to at our rates; nothing where it gave none. */
export const providerMicros = ({ pricing }: RunPrice, usage: Usage, channels: number): Pick<Row, 'providerMicros'> => {
  if (usage.billedMs !== undefined) return { providerMicros: pricing.microsOf(usage.billedMs) };
  if (usage.audioMs === undefined) return {};
  return { providerMicros: pricing.quote({ durationMs: usage.audioMs, channels }).micros };
};

/** What was paid for, by what the service answered. */
export interface Paid {
  readonly reservation: Reservation;
  readonly usage: Usage;
}

/** The row of an attempt whose transcript was taken. */
export const successRow = ({ reservation, usage }: Paid, price: RunPrice, nowMs: number): Row =>
  reservedRow(reservation, nowMs, {
    status: 'success',
    outcome: 'Transcribed',
    costMicros: reservation.reservedMicros,
    usage,
    ...providerMicros(price, usage, reservation.channels),
  });
