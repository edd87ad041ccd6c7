/**
 * A ledger that reports what goes through it. Only what is durable is counted.
 * @module
 */
import type { Reservation } from '../../pipeline/types.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Metrics } from './metrics.ts';

const keyOf = ({ recordingId, attempt }: Pick<Reservation, 'recordingId' | 'attempt'>): string =>
  `${recordingId}#${attempt}`;

export interface MeteredLedger {
  readonly ledger: Ledger;
  /** This process has let go of the run: what is still reserved is no longer its own. */
  readonly close: () => void;
}

export interface MeterOptions {
  readonly metrics: Pick<Metrics, 'reserved' | 'released' | 'settled'>;
  readonly currency: string;
  /** When the ledger was begun to be opened: rows since then were made by the opening, of reservations that a crash left behind. */
  readonly sinceMs: number;
}

export const meteredLedger = (ledger: Ledger, { metrics, currency, sinceMs }: MeterOptions): MeteredLedger => {
  const open = new Map<string, Reservation>();
  const release = (item: Pick<Reservation, 'recordingId' | 'attempt'>): void => {
    const reservation = open.get(keyOf(item));
    if (reservation) metrics.released(reservation, currency);
    open.delete(keyOf(item));
  };
  for (const row of ledger.rows()) if (row.atMs >= sinceMs) metrics.settled(row, currency);
  return {
    ledger: {
      rows: () => ledger.rows(),
      held: () => ledger.held(),
      hold: (held) => ledger.hold(held),
      forget: (recordingId) => ledger.forget(recordingId),
      summarise: (summary) => ledger.summarise(summary),
      name: () => ledger.name(),
      tip: () => ledger.tip(),
      shards: () => ledger.shards(),
      reserve: async (reservation) => {
        await ledger.reserve(reservation);
        open.set(keyOf(reservation), reservation);
        metrics.reserved(reservation, currency);
      },
      settle: async (row) => {
        await ledger.settle(row);
        release(row);
        metrics.settled(row, currency);
      },
      handBack: async (reservation) => {
        await ledger.handBack(reservation);
        release(reservation);
      },
    },
    close: () => {
      for (const reservation of open.values()) release(reservation);
    },
  };
};
