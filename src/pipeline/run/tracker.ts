/**
 * Keeps count. What is final is tallied from rows, what is not final is listed; the counts are derived from these two, so that
 * they always add up: `found = pending + inProgress + transcribed + skipped + failed + noRecording`.
 * @module
 */
import type { Cost, Counts, Hindrance, Progress, RecordingProgress } from '../plan.ts';
import type { Outcome, Reservation, Row } from '../types.ts';

const SHOWN = 100;

interface Live {
  readonly progress: RecordingProgress;
  /** What it is expected to cost; 0 until something is known. */
  readonly estimateMicros: number;
}

/** `conversationId/recordingId`; the second part is empty for a conversation that has no recording. */
export const keyOf = (item: { readonly conversationId: string; readonly recordingId: string }): string =>
  `${item.conversationId}/${item.recordingId}`;

export interface Tracker {
  readonly isFinal: (key: string) => boolean;
  /** Attempts that earlier rows account for. */
  readonly attemptsOf: (key: string) => number;
  conversationFound(): void;
  update(progress: RecordingProgress, estimateMicros: number): void;
  /** Takes a recording off the list without an outcome; a later attempt of the run finds it again. */
  leave(key: string): void;
  reserved(reservation: Reservation): void;
  handedBack(reservation: Reservation): void;
  /** Books a row and drops its reservation. */
  booked(row: Row, finished?: RecordingProgress): void;
  hinder(hindrance: Hindrance | undefined): void;
  readonly cost: () => Cost;
  readonly counts: () => Counts;
  readonly progress: () => Progress;
}

const reservationKey = (item: {
  readonly conversationId: string;
  readonly recordingId: string;
  readonly attempt: number;
}): string => `${keyOf(item)}#${item.attempt}`;

interface Tally {
  readonly isFinal: (key: string) => boolean;
  readonly attemptsOf: (key: string) => number;
  readonly finals: () => number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly sums: Readonly<{ settledMicros: number; unknownMicros: number; audioMs: number }>;
  add(row: Row): void;
}

/** What rows add up to. */
const createTally = (rows: readonly Row[]): Tally => {
  const final = new Set<string>();
  const attempts = new Map<string, number>();
  const outcomes: Record<Outcome, number> = { Transcribed: 0, Skipped: 0, Failed: 0, NoRecording: 0 };
  const sums = { settledMicros: 0, unknownMicros: 0, audioMs: 0 };
  const add = (row: Row): void => {
    const key = keyOf(row);
    sums.settledMicros += row.costMicros;
    sums.unknownMicros += row.costUnknownMicros;
    if (row.status === 'success' || row.costMicros > 0 || row.costUnknownMicros > 0) sums.audioMs += row.durationMs;
    if (row.attempt > 0) attempts.set(key, Math.max(attempts.get(key) ?? 0, row.attempt));
    if (row.outcome === '') return;
    final.add(key);
    outcomes[row.outcome] += 1;
    attempts.delete(key);
  };
  for (const row of rows) add(row);
  return {
    isFinal: (key) => final.has(key),
    attemptsOf: (key) => attempts.get(key) ?? 0,
    finals: () => final.size,
    outcomes,
    sums,
    add,
  };
};

/** Reservations that are open now. */
const createReserved = () => {
  const open = new Map<string, number>();
  let micros = 0;
  return {
    micros: () => micros,
    add: (reservation: Reservation): void => {
      open.set(reservationKey(reservation), reservation.reservedMicros);
      micros += reservation.reservedMicros;
    },
    drop: (item: Reservation | Row): void => {
      const key = reservationKey(item);
      micros -= open.get(key) ?? 0;
      open.delete(key);
    },
  };
};

const inProgressOf = (live: ReadonlyMap<string, Live>): RecordingProgress[] =>
  [...live.values()].map(({ progress }) => progress).filter(({ state }) => state === 'InProgress');

/** A tracker that begins with what earlier attempts of the run settled. `requests` reads the meter of Genesys calls. */
export const createTracker = (rows: readonly Row[], requests: () => number): Tracker => {
  const live = new Map<string, Live>();
  const tally = createTally(rows);
  const reserved = createReserved();
  let finished: RecordingProgress[] = [];
  let hindrance: Hindrance | undefined;
  let conversations = 0;

  const counts = (): Counts => {
    const inProgress = inProgressOf(live).length;
    const { Transcribed: transcribed, Skipped: skipped, Failed: failed, NoRecording: noRecording } = tally.outcomes;
    const found = tally.finals() + live.size;
    const pending = live.size - inProgress;
    return { conversations, found, pending, inProgress, transcribed, skipped, failed, noRecording };
  };

  const cost = (): Cost => {
    const { settledMicros, unknownMicros } = tally.sums;
    const ahead = live.values().reduce((sum, item) => sum + item.estimateMicros, 0);
    const estimateMicros = settledMicros + unknownMicros + ahead;
    return { settledMicros, unknownMicros, reservedMicros: reserved.micros(), estimateMicros };
  };

  return {
    isFinal: tally.isFinal,
    attemptsOf: tally.attemptsOf,
    conversationFound: () => {
      conversations += 1;
    },
    update: (progress, estimateMicros) => {
      live.set(keyOf(progress), { progress, estimateMicros });
    },
    leave: (key) => {
      live.delete(key);
    },
    reserved: reserved.add,
    handedBack: reserved.drop,
    booked: (row, done) => {
      reserved.drop(row);
      tally.add(row);
      if (row.outcome === '') return;
      live.delete(keyOf(row));
      if (done) finished = [done, ...finished].slice(0, SHOWN);
    },
    hinder: (value) => {
      hindrance = value;
    },
    counts,
    cost,
    progress: () => ({
      counts: counts(),
      cost: cost(),
      audioMs: tally.sums.audioMs,
      genesysRequests: requests(),
      recordings: [...inProgressOf(live), ...finished].slice(0, SHOWN),
      ...(hindrance && { hindrance }),
    }),
  };
};
