/**
 * A ledger on an API server in memory, for tests.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { memoryKube, type MemoryKube } from '../../../test/runtime/memory-kube.ts';
import { systemClock } from '../../clock.ts';
import { parseCsv, parseReservations } from '../../pipeline/settle/csv.ts';
import type { HeldTranscript, RunIdentity } from '../../pipeline/plan.ts';
import type { Reservation, Row } from '../../pipeline/types.ts';
import { type Ledger, type LedgerLimits, openLedger } from './ledger.ts';
import { withoutLeftovers } from './merge.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createLedgerStore, type ShardSet, shardSetOf, type StoredObject } from './store.ts';

export const RUN: RunIdentity = { namespace: 'ns', name: 'nightly', uid: 'uid-1' };

export const reservationOf = (recordingId: string, more: Partial<Reservation> = {}): Reservation => ({
  recordingId,
  conversationId: `c-${recordingId}`,
  attempt: 1,
  reservedMicros: 4000,
  durationMs: 60_000,
  channels: 2,
  provider: 'generic',
  model: 'phone_call',
  queueId: 'sales',
  atMs: 1000,
  ...more,
});

/** What a reservation is settled with when all went well. */
export const settled = ({ reservedMicros, ...known }: Reservation, more: Partial<Row> = {}): Row => ({
  ...known,
  costMicros: reservedMicros,
  costUnknownMicros: 0,
  status: 'success',
  errorCode: '',
  outcome: 'Transcribed',
  ...more,
});

export const heldOf = (reservation: Reservation, text = 'hello'): HeldTranscript => ({
  reservation,
  costMicros: reservation.reservedMicros,
  transcript: {
    conversationId: reservation.conversationId,
    recordingId: reservation.recordingId,
    language: 'en-US',
    durationMs: reservation.durationMs,
    channels: 2,
    engine: { provider: 'generic', model: 'phone_call' },
    turns: [{ speaker: 'speaker_0', role: 'agent', startMs: 0, endMs: 900, text }],
    roles: { method: 'channel', confidencePercent: 100, facts: [] },
    costMicros: reservation.reservedMicros,
    currency: 'USD',
    createdAtMs: 2000,
  },
});

/** Small enough that a few entries fill a shard and a few shards are worth a merge. */
export const SMALL: LedgerLimits = { sealBytes: 900, mergedBytes: 8000, mergeFrom: 3 };

export interface OpenOptions {
  readonly run?: RunIdentity;
  readonly limits?: LedgerLimits;
  readonly signal?: AbortSignal;
}

export const outboxOn = (
  { kube }: MemoryKube,
  { run = RUN, signal = new AbortController().signal }: OpenOptions = {},
) => createOutbox({ kube, run, clock: systemClock, signal }) satisfies Outbox;

/** Each call is another owner. */
export const openOn = (memory: MemoryKube, options: OpenOptions = {}): Promise<Ledger> => {
  const { run = RUN, limits, signal = new AbortController().signal } = options;
  return openLedger({
    store: createLedgerStore({ kube: memory.kube, run, epoch: randomUUID(), clock: systemClock, signal }),
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
