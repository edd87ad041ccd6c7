/**
 * A ledger on an API server in memory, for tests.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { memoryKube, type MemoryKube } from '../../../test/runtime/memory-kube.ts';
import { systemClock } from '../../clock.ts';
import { successRow } from '../../pipeline/recording/row.ts';
import { heldOf as someHeld, reservationOf as someReservation } from '../../pipeline/recording/test-recording.ts';
import { PLAIN_PRICE } from '../../pipeline/test-spec.ts';
import { parseCsv, parseReservations } from '../../pipeline/settle/csv.ts';
import type { HeldTranscript, RunIdentity } from '../../pipeline/plan.ts';
import type { Reservation, Row } from '../../pipeline/types.ts';
import { type Ledger, type LedgerLimits, openLedger } from './ledger.ts';
import { withoutLeftovers } from './merge.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createLedgerStore, type ShardSet, shardSetOf, type StoredObject } from './store.ts';

export const RUN: RunIdentity = { namespace: 'ns', name: 'nightly', uid: 'uid-1' };

export const reservationOf = (recordingId: string, more: Partial<Reservation> = {}): Reservation =>
  someReservation({ recordingId, conversationId: `c-${recordingId}`, reservedMicros: 4000, atMs: 1000, ...more });

/** What a reservation is settled with when all went well. */
export const settled = (reservation: Reservation, more: Partial<Row> = {}): Row => ({
  ...successRow({ reservation, usage: {} }, PLAIN_PRICE, reservation.atMs),
  ...more,
});

export const heldOf = (reservation: Reservation, text = 'hello'): HeldTranscript => {
  const { transcript, ...held } = someHeld(reservation);
  const turns = [{ speaker: 'speaker_0', role: 'agent', startMs: 0, endMs: 900, text }] as const;
  return { ...held, transcript: { ...transcript, turns } };
};

/** Small enough that a few entries fill a shard and a few shards are worth a merge. */
export const SMALL: LedgerLimits = { sealBytes: 2400, mergedBytes: 20_000, mergeFrom: 3 };

export interface OpenOptions {
  readonly run?: RunIdentity;
  readonly limits?: LedgerLimits;
  readonly retention?: 'WithRun' | 'Keep';
  readonly signal?: AbortSignal;
}

export const outboxOn = (
  { kube }: MemoryKube,
  { run = RUN, signal = new AbortController().signal }: OpenOptions = {},
) => createOutbox({ kube, run, clock: systemClock, signal }) satisfies Outbox;

/** Each call is another owner. */
export const openOn = (memory: MemoryKube, options: OpenOptions = {}): Promise<Ledger> => {
  const { run = RUN, limits, retention = 'WithRun', signal = new AbortController().signal } = options;
  return openLedger({
    store: createLedgerStore({
      kube: memory.kube,
      run,
      retention,
      epoch: randomUUID(),
      clock: systemClock,
      signal,
    }),
    outbox: outboxOn(memory, options),
    currency: 'USD',
    clock: { ...systemClock, now: () => 5000 },
    ...(limits && { limits }),
  });
};

const SHARDS = '/api/v1/namespaces/ns/configmaps/';

export const shardsOn = ({ objects }: MemoryKube): ShardSet =>
  shardSetOf(
    RUN.name,
    [...objects].flatMap(([path, object]) => (path.startsWith(SHARDS) ? [object as StoredObject] : [])),
  );

/** All rows and reservations, as someone reads them who only has the ConfigMaps. */
export const booksOn = (memory: MemoryKube) => {
  const shards = [...withoutLeftovers(shardsOn(memory)).values()];
  return {
    rows: shards.flatMap(({ data }) => parseCsv(data['report.csv'] ?? '').rows),
    reservations: shards.flatMap(({ data }) => parseReservations(data['reserved.csv'] ?? '')),
  };
};

export { memoryKube, type MemoryKube };
