/**
 * One shard of the ledger: a ConfigMap with final rows and open reservations. Pure; `ledger.ts` reads and writes.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import { reservedRow } from '../../pipeline/recording/row.ts';
import { linkAll, type Tip, unlinked } from '../../pipeline/settle/chain.ts';
import { parseCsv, parseReservations, renderCsv, renderReservations } from '../../pipeline/settle/csv.ts';
import type { LedgerRow, Reservation, Row } from '../../pipeline/types.ts';

/**
 * A shard of this size is full. A ConfigMap write costs the API server time in proportion to its size. What is open in it at that
 * moment becomes rows, which are up to twice as long, so it stays below 64 KiB. All processes have to agree on this number: see
 * `take-over.ts`.
 */
export const SEAL_BYTES = 32 * 1024;

export const EPOCH_ANNOTATION = 'callscribe.dev/epoch';

export interface Shard {
  readonly index: number;
  /** Those that were added since the last write have no place in the chain yet. */
  readonly rows: readonly LedgerRow[];
  readonly reservations: readonly Reservation[];
}

export interface ShardData {
  readonly 'report.csv': string;
  readonly 'reserved.csv': string;
}

export const emptyShard = (index: number): Shard => ({ index, rows: [], reservations: [] });

export const encode = (shard: Shard, currency: string): ShardData => ({
  'report.csv': renderCsv(shard.rows, currency),
  'reserved.csv': renderReservations(shard.reservations),
});

/** @throws CallscribeError `CSC_LEDGER_CORRUPT` */
export const decode = (index: number, data: Readonly<Record<string, string>>): Shard => {
  const report = data['report.csv'];
  if (report === undefined) throw new CallscribeError('CSC_LEDGER_CORRUPT', `shard ${index} has no report.csv`);
  return { index, rows: parseCsv(report).rows, reservations: parseReservations(data['reserved.csv'] ?? '') };
};

/** Takes no new entries from here on: the next ones go into another shard. What is open in it is still settled in it. */
export const isFull = (shard: Shard, currency: string, sealBytes: number): boolean => {
  const data = encode(shard, currency);
  return Buffer.byteLength(data['report.csv']) + Buffer.byteLength(data['reserved.csv']) >= sealBytes;
};

/** `<run>-report` for the first shard, `<run>-report-1`, `-2`, … for the others. */
export const shardName = (run: string, index: number): string =>
  index === 0 ? `${run}-report` : `${run}-report-${index}`;

/** The index in a name that `shardName` made, undefined for any other. */
export const shardIndex = (run: string, name: string): number | undefined => {
  if (name === `${run}-report`) return 0;
  const match = name.startsWith(`${run}-report-`) ? /^[1-9]\d*$/.exec(name.slice(`${run}-report-`.length)) : null;
  return match ? Number(match[0]) : undefined;
};

type AttemptKey = Pick<Row, 'recordingId' | 'conversationId' | 'attempt'>;

const same = (a: AttemptKey, b: AttemptKey): boolean =>
  a.recordingId === b.recordingId && a.conversationId === b.conversationId && a.attempt === b.attempt;

/** One change of the ledger. */
export type Entry =
  | { readonly kind: 'Reserve'; readonly reservation: Reservation }
  | { readonly kind: 'Settle'; readonly row: Row }
  | { readonly kind: 'HandBack'; readonly reservation: Reservation };

export const applyEntry = (shard: Shard, entry: Entry): Shard => {
  switch (entry.kind) {
    case 'Reserve':
      return { ...shard, reservations: [...shard.reservations, entry.reservation] };
    case 'Settle':
      return {
        ...shard,
        rows: [...shard.rows, unlinked(entry.row)],
        reservations: shard.reservations.filter((open) => !same(open, entry.row)),
      };
    case 'HandBack':
      return { ...shard, reservations: shard.reservations.filter((open) => !same(open, entry.reservation)) };
  }
};

/** The index of the shard with the reservation that an entry ends; undefined for an entry that goes into the open shard. */
export const placeOf = (shards: Iterable<Shard>, entry: Entry): number | undefined => {
  if (entry.kind === 'Reserve') return undefined;
  const item = entry.kind === 'Settle' ? entry.row : entry.reservation;
  for (const { index, reservations } of shards) if (reservations.some((open) => same(open, item))) return index;
  return undefined;
};

/** The row of an attempt whose process ended before it could settle: it may have been billed. */
export const unknownRow = (reservation: Reservation, nowMs: number): Row =>
  reservedRow(reservation, nowMs, {
    status: 'unknown',
    costUnknownMicros: reservation.reservedMicros,
    errorCode: 'CSC_ATTEMPT_UNKNOWN',
    outcome: '',
  });

/** Turns every reservation that an earlier process left into an `unknown` row, but for those whose transcript is held. */
export const recover = (shard: Shard, isHeld: (reservation: Reservation) => boolean, nowMs: number): Shard => {
  const lost = shard.reservations.filter((reservation) => !isHeld(reservation));
  return {
    ...shard,
    rows: [...shard.rows, ...lost.map((reservation) => unlinked(unknownRow(reservation, nowMs)))],
    reservations: shard.reservations.filter(isHeld),
  };
};

/** Gives the new rows of a shard their place in the chain, which goes over all shards. To be done in the order of the writes. */
export const linkShard = (shard: Shard, tip: Tip): { readonly shard: Shard; readonly tip: Tip } => {
  const { rows, tip: end } = linkAll(shard.rows, tip);
  return { shard: { ...shard, rows }, tip: end };
};
