/**
 * Keeps count. What is final is tallied from rows, what is not final is listed; the counts are derived from these two, so that
 * they always add up: `found = pending + inProgress + transcribed + skipped + failed + noRecording`.
 * @module
 */
import { estimateMicros, NO_PRICE, type RunPrice } from '../money/rates.ts';
import type { Cost, Counts, DryRun, GenesysCalls, Hindrance, Progress, RecordingProgress } from '../plan.ts';
import type { Reservation, Row } from '../types.ts';
import { createTally, keyOf } from './tally.ts';

const SHOWN = 100;

export interface Tracker {
  readonly isFinal: (key: string) => boolean;
  /** Attempts that earlier rows account for. */
  readonly attemptsOf: (key: string) => number;
  /** The last rows of recordings that were tried and have no outcome yet. */
  readonly unfinished: () => readonly Row[];
  /** Like `counts().found`, without conversations that have no recording. */
  readonly recordings: () => number;
  conversationFound(): void;
  /** Takes off the list what turned out to be something else. */
  unlist(key: string): void;
  /** What the run waits for, though nothing is wrong; without a text it does no longer. */
  note(text: string | undefined): void;
  /** Lists a recording that has no outcome. */
  update(progress: RecordingProgress, estimateMicros: number): void;
  reserved(reservation: Reservation): void;
  handedBack(reservation: Reservation): void;
  /** Books a row and drops its reservation. */
  booked(row: Row, finished?: RecordingProgress): void;
  /** Without a message what hindered is over. Gives whether that is news. */
  hinder(code: Hindrance['code'], message: string | undefined): boolean;
  readonly cost: () => Cost;
  readonly counts: () => Counts;
  readonly progress: () => Progress;
}

const reservationKey = (item: Pick<Row, 'conversationId' | 'recordingId' | 'attempt'>): string =>
  `${keyOf(item)}#${item.attempt}`;

/** Reservations that are open now. */
const createReserved = () => {
  const open = new Map<string, number>();
  let micros = 0;
  const drop = (item: Reservation | Row): void => {
    const key = reservationKey(item);
    micros -= open.get(key) ?? 0;
    open.delete(key);
  };
  return {
    micros: () => micros,
    drop,
    add: (reservation: Reservation): void => {
      drop(reservation);
      open.set(reservationKey(reservation), reservation.reservedMicros);
      micros += reservation.reservedMicros;
    },
  };
};

interface Live {
  readonly progress: RecordingProgress;
  /** What it is expected to cost; 0 until something is known. */
  readonly estimateMicros: number;
}

/** What is found and has no outcome, with its sums. */
const createListing = () => {
  const items = new Map<string, Live>();
  let [inProgress, recordings, micros] = [0, 0, 0];
  const count = (item: Live, by: 1 | -1): void => {
    if (item.progress.state === 'InProgress') inProgress += by;
    if (item.progress.recordingId !== '') recordings += by;
    micros += by * item.estimateMicros;
  };
  const drop = (key: string): void => {
    const item = items.get(key);
    if (!item) return;
    count(item, -1);
    items.delete(key);
  };
  return {
    drop,
    put: (key: string, item: Live): void => {
      drop(key);
      items.set(key, item);
      count(item, 1);
    },
    size: () => items.size,
    inProgress: () => inProgress,
    recordings: () => recordings,
    estimateMicros: () => micros,
    shown: (): RecordingProgress[] => {
      const all = [...items.values()].map(({ progress }) => progress);
      return all.filter(({ state }) => state === 'InProgress').slice(0, SHOWN);
    },
  };
};

/** A recording that an earlier attempt of the run began, until it is found again. */
const pendingOf = ({ recordingId, conversationId, attempt, durationMs, atMs }: Row): RecordingProgress => ({
  recordingId,
  conversationId,
  attempt,
  durationMs,
  costMicros: 0,
  sinceAtMs: atMs,
  state: 'Pending',
  stage: 'Fetch',
});

export interface TrackerOptions {
  /** What earlier attempts of the run settled. */
  readonly rows: readonly Row[];
  /** Reads the meter of Genesys calls. */
  readonly requests: () => GenesysCalls;
  /** Absent where the attempt ended before it was known. */
  readonly price?: RunPrice;
}

/** Adds up what a dry run prices. What is free is free for the run as a whole. */
const createDryRun = ({ modes, freeMs }: Pick<RunPrice, 'modes' | 'freeMs'>) => {
  let [recordings, audioMs, estimate] = [0, 0, 0];
  const sums = modes.map(({ pricing }) => ({ pricing, micros: 0, freeMs }));
  return {
    add: (row: Row): void => {
      if (row.errorCode !== 'CSC_DRY_RUN') return;
      recordings += 1;
      audioMs += row.durationMs;
      estimate += row.estimateMicros;
      for (const sum of sums) {
        const quote = sum.pricing.quote(row, sum.freeMs);
        sum.micros += quote.micros;
        sum.freeMs -= quote.freeMs;
      }
    },
    estimateMicros: () => estimate,
    dryRun: (): DryRun => ({ recordings, audioMs, micros: sums.map(({ micros }) => micros) }),
  };
};

export const createTracker = ({ rows, requests, price = NO_PRICE }: TrackerOptions): Tracker => {
  const tally = createTally(rows);
  const listing = createListing();
  const reserved = createReserved();
  const hindrances = new Map<Hindrance['code'], string>();
  let finished: RecordingProgress[] = [];
  const priced = createDryRun(price);
  let conversations = 0;
  let waitsFor: string | undefined;

  for (const row of rows) priced.add(row);
  for (const row of tally.unfinished()) {
    listing.put(keyOf(row), { progress: pendingOf(row), estimateMicros: estimateMicros(price, row.durationMs) });
  }

  const counts = (): Counts => {
    const { Transcribed: transcribed, Skipped: skipped, Failed: failed, NoRecording: noRecording } = tally.outcomes;
    const [found, inProgress] = [tally.finals() + listing.size(), listing.inProgress()];
    const pending = listing.size() - inProgress;
    return { conversations, found, pending, inProgress, transcribed, skipped, failed, noRecording };
  };

  const cost = (): Cost => {
    const { settledMicros, unknownMicros, providerMicros, avoidedMicros } = tally.sums;
    const inAll = settledMicros + unknownMicros + listing.estimateMicros() + priced.estimateMicros();
    const reservedMicros = reserved.micros();
    return { settledMicros, unknownMicros, reservedMicros, estimateMicros: inAll, providerMicros, avoidedMicros };
  };

  return {
    isFinal: tally.isFinal,
    attemptsOf: tally.attemptsOf,
    unfinished: tally.unfinished,
    recordings: () => tally.finalRecordings() + listing.recordings(),
    conversationFound: () => {
      conversations += 1;
    },
    unlist: listing.drop,
    note: (text) => {
      waitsFor = text;
    },
    update: (progress, estimate) => {
      const key = keyOf(progress);
      if (!tally.isFinal(key)) listing.put(key, { progress, estimateMicros: estimate });
    },
    reserved: reserved.add,
    handedBack: reserved.drop,
    booked: (row, done) => {
      reserved.drop(row);
      tally.add(row);
      priced.add(row);
      if (row.outcome === '') return;
      listing.drop(keyOf(row));
      if (done) finished = [done, ...finished].slice(0, SHOWN);
    },
    hinder: (code, message) => {
      const isNews = hindrances.get(code) !== message;
      if (message === undefined) hindrances.delete(code);
      else hindrances.set(code, message);
      return isNews;
    },
    counts,
    cost,
    progress: () => ({
      counts: counts(),
      cost: cost(),
      audioMs: tally.sums.audioMs,
      genesys: requests(),
      reasons: tally.reasons(),
      ...(waitsFor !== undefined && { waitsFor }),
      recordings: [...listing.shown(), ...finished].slice(0, SHOWN),
      hindrances: [...hindrances].map(([code, message]) => ({ code, message })),
      dryRun: priced.dryRun(),
      ...(price !== NO_PRICE && { price }),
    }),
  };
};
