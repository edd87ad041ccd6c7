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

/** A tracker that begins with what earlier attempts of the run settled. `requests` reads the meter of Genesys calls. */
export const createTracker = (rows: readonly Row[], requests: () => number): Tracker => {
  const live = new Map<string, Live>();
  const reservations = new Map<string, number>();
  const final = new Set<string>();
  const attempts = new Map<string, number>();
  const outcomes: Record<Outcome, number> = { Transcribed: 0, Skipped: 0, Failed: 0, NoRecording: 0 };
  let finished: RecordingProgress[] = [];
  let hindrance: Hindrance | undefined;
  let [settledMicros, unknownMicros, reservedMicros, audioMs, conversations] = [0, 0, 0, 0, 0];

  const drop = (item: Reservation | Row): void => {
    const key = reservationKey(item);
    reservedMicros -= reservations.get(key) ?? 0;
    reservations.delete(key);
  };

  const add = (row: Row): void => {
    const key = keyOf(row);
    settledMicros += row.costMicros;
    unknownMicros += row.costUnknownMicros;
    if (row.status === 'success' || row.costMicros > 0 || row.costUnknownMicros > 0) audioMs += row.durationMs;
    if (row.attempt > 0) attempts.set(key, Math.max(attempts.get(key) ?? 0, row.attempt));
    if (row.outcome === '') return;
    final.add(key);
    outcomes[row.outcome] += 1;
    attempts.delete(key);
  };

  const counts = (): Counts => {
    const inProgress = live.values().reduce((sum, { progress }) => sum + (progress.state === 'InProgress' ? 1 : 0), 0);
    return {
      conversations,
      found: final.size + live.size,
      pending: live.size - inProgress,
      inProgress,
      transcribed: outcomes.Transcribed,
      skipped: outcomes.Skipped,
      failed: outcomes.Failed,
      noRecording: outcomes.NoRecording,
    };
  };

  const cost = (): Cost => {
    const ahead = live.values().reduce((sum, item) => sum + item.estimateMicros, 0);
    return { settledMicros, reservedMicros, unknownMicros, estimateMicros: settledMicros + unknownMicros + ahead };
  };

  for (const row of rows) add(row);

  return {
    isFinal: (key) => final.has(key),
    attemptsOf: (key) => attempts.get(key) ?? 0,
    conversationFound: () => {
      conversations += 1;
    },
    update: (progress, estimateMicros) => {
      live.set(keyOf(progress), { progress, estimateMicros });
    },
    leave: (key) => {
      live.delete(key);
    },
    reserved: (reservation) => {
      reservations.set(reservationKey(reservation), reservation.reservedMicros);
      reservedMicros += reservation.reservedMicros;
    },
    handedBack: drop,
    booked: (row, done) => {
      drop(row);
      add(row);
      if (row.outcome === '') return;
      live.delete(keyOf(row));
      if (done) finished = [done, ...finished].slice(0, SHOWN);
    },
    hinder: (value) => {
      hindrance = value;
    },
    counts,
    cost,
    progress: () => {
      const inFlight = [...live.values()]
        .map((item) => item.progress)
        .toSorted((a, b) => a.state.localeCompare(b.state));
      return {
        counts: counts(),
        cost: cost(),
        audioMs,
        genesysRequests: requests(),
        recordings: [...inFlight.filter((item) => item.state === 'InProgress'), ...finished].slice(0, SHOWN),
        ...(hindrance && { hindrance }),
      };
    },
  };
};
