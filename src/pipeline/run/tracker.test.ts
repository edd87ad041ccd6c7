/**
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_CALLS } from '../plan.ts';
import type { RecordingProgress } from '../plan.ts';
import { plainPrice, priceWith } from '../test-spec.ts';
import { NOW_MS, reservationOf, rowWith } from '../recording/test-recording.ts';
import type { Outcome, Row } from '../types.ts';
import { createTracker, type Tracker } from './tracker.ts';

const MICRO_A_SECOND = plainPrice('0.00006');

const trackerOf = (rows: readonly Row[] = []): Tracker =>
  createTracker({ rows, requests: () => ({ ...NO_CALLS, login: 7 }), price: MICRO_A_SECOND });

const progressOf = (more: Partial<RecordingProgress> = {}): RecordingProgress => ({
  recordingId: 'r-1',
  conversationId: 'c-1',
  state: 'Pending',
  stage: 'Fetch',
  attempt: 0,
  durationMs: 60_000,
  costMicros: 0,
  sinceAtMs: NOW_MS,
  ...more,
});

const dryRow = (more: Partial<Row>): Row =>
  rowWith({ status: 'skipped', outcome: 'Skipped', errorCode: 'CSC_DRY_RUN', costMicros: 0, channels: 1, ...more });

const done = (row: Row): RecordingProgress => progressOf({ ...row, state: 'Transcribed', stage: 'Settle' });

describe('createTracker', () => {
  it('begins with what earlier attempts of the run settled', () => {
    const tracker = trackerOf([rowWith(), rowWith({ recordingId: 'r-2', outcome: 'Failed', status: 'failed' })]);
    expect(tracker.progress()).toMatchObject({
      counts: { conversations: 0, found: 2, pending: 0, inProgress: 0, transcribed: 1, failed: 1 },
      cost: { settledMicros: 8200, reservedMicros: 0, unknownMicros: 0, estimateMicros: 8200 },
      genesys: { login: 7, recording: 0 },
      recordings: [],
      hindrances: [],
    });
  });

  it('takes what was only tried for found and pending, also before it is found again', () => {
    const tried = rowWith({ status: 'unknown', outcome: '', costMicros: 0, costUnknownMicros: 4100 });
    const tracker = trackerOf([tried]);
    expect(tracker.counts()).toMatchObject({ found: 1, pending: 1 });
    expect(tracker.cost()).toMatchObject({ unknownMicros: 4100, estimateMicros: 4162 });
    expect(tracker.unfinished()).toEqual([tried]);
    tracker.update(progressOf({ state: 'InProgress' }), 10);
    expect(tracker.counts()).toMatchObject({ found: 1, pending: 0, inProgress: 1 });
  });

  it('follows a recording from its place in the list to its outcome', () => {
    const tracker = trackerOf();
    const seen: unknown[] = [];
    const look = (): void => {
      const { found, pending, inProgress, transcribed } = tracker.counts();
      seen.push([found, pending, inProgress, transcribed]);
    };
    tracker.conversationFound();
    tracker.update(progressOf(), 60);
    look();
    tracker.update(progressOf({ state: 'InProgress' }), 60);
    look();
    tracker.booked(rowWith({ outcome: '', status: 'failed' }));
    look();
    const row = rowWith({ attempt: 2 });
    tracker.booked(row, done(row));
    look();
    // Whoever reports late cannot bring back what is final.
    tracker.update(progressOf({ state: 'InProgress' }), 60);
    look();
    expect(seen).toEqual([
      [1, 1, 0, 0],
      [1, 0, 1, 0],
      [1, 0, 1, 0],
      [1, 0, 0, 1],
      [1, 0, 0, 1],
    ]);
    expect(tracker.counts().conversations).toBe(1);
  });

  it('counts recordings without the conversations that have none', () => {
    const tracker = trackerOf();
    const row = rowWith({ recordingId: '', outcome: 'NoRecording', attempt: 0 });
    tracker.booked(row, done(row));
    tracker.update(progressOf(), 0);
    expect([tracker.counts().found, tracker.recordings()]).toEqual([2, 1]);
    const other = rowWith();
    tracker.booked(other, done(other));
    expect([tracker.counts().found, tracker.recordings()]).toEqual([2, 1]);
  });

  it('keeps a reservation until its own row comes, or it is handed back', () => {
    const tracker = trackerOf();
    const [first, second] = [reservationOf(), reservationOf({ attempt: 2, reservedMicros: 50 })];
    tracker.reserved(first);
    tracker.reserved(first);
    tracker.reserved(second);
    expect(tracker.cost().reservedMicros).toBe(4150);
    tracker.booked(rowWith({ outcome: '' }));
    expect(tracker.cost().reservedMicros).toBe(50);
    tracker.handedBack(second);
    tracker.handedBack(second);
    expect(tracker.cost().reservedMicros).toBe(0);
  });

  it('expects what is spent and what is ahead', () => {
    const tracker = trackerOf([rowWith({ recordingId: 'r-0' })]);
    tracker.update(progressOf(), 60);
    tracker.update(progressOf({ recordingId: 'r-2' }), 40);
    expect(tracker.cost().estimateMicros).toBe(4200);
    tracker.update(progressOf({ recordingId: 'r-2', state: 'InProgress' }), 70);
    expect(tracker.cost().estimateMicros).toBe(4230);
  });

  it('keeps the price of what a dry run leaves out, also after a restart', () => {
    const dry = dryRow({ estimateMicros: 62 });
    const tracker = trackerOf();
    tracker.update(progressOf(), 60);
    expect(tracker.cost().estimateMicros).toBe(60);
    tracker.booked(dry, done(dry));
    expect(tracker.cost().estimateMicros).toBe(62);
    expect(trackerOf([dry]).cost()).toMatchObject({ estimateMicros: 62, settledMicros: 0 });
  });

  it('takes what is free off a dry run as a whole, once', () => {
    const price = priceWith({ freeSeconds: 100 });
    const rows = [dryRow({ durationMs: 90_000 }), dryRow({ recordingId: 'r-2', durationMs: 1_800_000 }), rowWith()];
    const { dryRun } = createTracker({ rows, requests: () => NO_CALLS, price }).progress();
    // 1890 s less 100 s, at 0.004 a minute.
    expect(dryRun).toEqual({ recordings: 2, audioMs: 1_890_000, micros: [119_333] });
  });

  it('shows what is in flight, then the newest finished, and a hundred at most', () => {
    const tracker = trackerOf();
    for (let index = 0; index < 150; index += 1) {
      const row = rowWith({ recordingId: `done-${index}` });
      tracker.booked(row, done(row));
    }
    tracker.update(progressOf({ recordingId: 'waits' }), 0);
    tracker.update(progressOf({ recordingId: 'works', state: 'InProgress' }), 0);
    const shown = tracker.progress().recordings.map(({ recordingId }) => recordingId);
    expect(shown).toHaveLength(100);
    expect(shown.slice(0, 2)).toEqual(['works', 'done-149']);
    expect(shown.at(-1)).toBe('done-51');
    for (let index = 0; index < 150; index += 1) {
      tracker.update(progressOf({ recordingId: `flies-${index}`, state: 'InProgress' }), 0);
    }
    expect(tracker.progress().recordings).toHaveLength(100);
    expect(tracker.progress().recordings.every(({ state }) => state === 'InProgress')).toBe(true);
  });

  it('has hindrances side by side, and tells which of them are news', () => {
    const tracker = trackerOf();
    expect(tracker.hinder('CSC_BUDGET_EXHAUSTED', undefined)).toBe(false);
    expect(tracker.hinder('CSC_BUDGET_EXHAUSTED', 'no money')).toBe(true);
    expect(tracker.hinder('CSC_BUDGET_EXHAUSTED', 'no money')).toBe(false);
    expect(tracker.hinder('CSC_DESTINATION_REJECTED', 'no taker')).toBe(true);
    expect(tracker.progress().hindrances).toEqual([
      { code: 'CSC_BUDGET_EXHAUSTED', message: 'no money' },
      { code: 'CSC_DESTINATION_REJECTED', message: 'no taker' },
    ]);
    expect(tracker.hinder('CSC_BUDGET_EXHAUSTED', undefined)).toBe(true);
    expect(tracker.progress().hindrances).toEqual([{ code: 'CSC_DESTINATION_REJECTED', message: 'no taker' }]);
  });

  it('looks at no list to count: a long one would make a long run slower and slower', () => {
    const tracker = trackerOf();
    let sum = 0;
    for (let index = 0; index < 100_000; index += 1) {
      tracker.update(progressOf({ recordingId: `r-${index}` }), 1);
      sum += tracker.counts().found + tracker.recordings() + tracker.cost().estimateMicros;
    }
    expect(sum).toBe(3 * ((100_000 * 100_001) / 2));
  });
});

type Step =
  | { readonly kind: 'List'; readonly id: number; readonly state: 'Pending' | 'InProgress' }
  | { readonly kind: 'Reserve' | 'HandBack'; readonly id: number; readonly attempt: number }
  | { readonly kind: 'Book'; readonly id: number; readonly attempt: number; readonly outcome: Outcome | '' };

const id = fc.nat(5);
const attempt = fc.integer({ min: 1, max: 3 });
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('List' as const), id, state: fc.constantFrom('Pending', 'InProgress') }),
    fc.record({ kind: fc.constantFrom('Reserve' as const, 'HandBack' as const), id, attempt }),
    fc.record({
      kind: fc.constant('Book' as const),
      id,
      attempt,
      outcome: fc.constantFrom<Outcome | ''>('', 'Transcribed', 'Skipped', 'Failed', 'NoRecording'),
    }),
  ),
  { maxLength: 60 },
);

const take = (tracker: Tracker, step: Step): void => {
  const recordingId = step.id === 0 ? '' : `r-${step.id}`;
  switch (step.kind) {
    case 'List':
      return tracker.update(progressOf({ recordingId, state: step.state }), 5);
    case 'Reserve':
      return tracker.reserved(reservationOf({ recordingId, attempt: step.attempt, reservedMicros: 10 }));
    case 'HandBack':
      return tracker.handedBack(reservationOf({ recordingId, attempt: step.attempt }));
    case 'Book': {
      const row = rowWith({ recordingId, attempt: step.attempt, outcome: step.outcome, costMicros: 10 });
      return tracker.booked(row, step.outcome === '' ? undefined : done(row));
    }
  }
};

describe('whatever happens', () => {
  it('the counts add up, found never shrinks, and nothing is reserved twice', () => {
    fc.assert(
      fc.property(steps, (some) => {
        const tracker = trackerOf();
        let before = 0;
        for (const step of some) {
          take(tracker, step);
          const { found, pending, inProgress, transcribed, skipped, failed, noRecording } = tracker.counts();
          expect(pending + inProgress + transcribed + skipped + failed + noRecording).toBe(found);
          expect(Math.min(pending, inProgress, transcribed, skipped, failed, noRecording)).toBeGreaterThanOrEqual(0);
          expect(found).toBeGreaterThanOrEqual(before);
          expect(found - tracker.recordings()).toBeLessThanOrEqual(1);
          before = found;
          const { reservedMicros } = tracker.cost();
          expect(reservedMicros).toBeGreaterThanOrEqual(0);
          expect(reservedMicros).toBeLessThanOrEqual(6 * 3 * 10);
        }
      }),
    );
  });
});
