import { describe, expect, it } from 'vitest';
import { reservationOf, rowWith } from '../../pipeline/recording/test-recording.ts';
import { genesis } from '../../pipeline/settle/chain.ts';
import type { Reservation, Row } from '../../pipeline/types.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { meteredLedger } from './metered-ledger.ts';

const reservation = (recordingId: string): Reservation => reservationOf({ recordingId, reservedMicros: 100 });

const row = (recordingId: string, atMs = 0): Row => rowWith({ recordingId, atMs });

const open = (rows: readonly Row[] = [], broken = false) => {
  const seen: string[] = [];
  const durable = async (): Promise<void> => {
    if (broken) throw new Error('fenced');
  };
  const ledger: Ledger = {
    rows: () => rows,
    held: () => [],
    reserve: durable,
    settle: durable,
    handBack: durable,
    hold: durable,
    forget: durable,
    summarise: durable,
    shards: () => 1,
    name: () => 'nightly-report',
    tip: () => genesis('USD'),
  };
  const metrics = {
    reserved: (item: Reservation) => seen.push(`reserved ${item.recordingId}`),
    released: (item: Pick<Reservation, 'reservedMicros'>) => seen.push(`released ${item.reservedMicros}`),
    settled: (item: Row) => seen.push(`settled ${item.recordingId}`),
  };
  return { seen, ...meteredLedger(ledger, { metrics, currency: 'USD', sinceMs: 1000 }) };
};

describe('meteredLedger', () => {
  it('reports a reservation until it is a row', async () => {
    const { ledger, seen } = open();
    await ledger.reserve(reservation('a'));
    await ledger.settle(row('a'));
    expect(seen).toEqual(['reserved a', 'released 100', 'settled a']);
  });

  it('reports a row that was never reserved', async () => {
    const { ledger, seen } = open();
    await ledger.settle(row('a'));
    expect(seen).toEqual(['settled a']);
  });

  it('reports what is handed back, and what is left behind at the end, once', async () => {
    const { ledger, seen, close } = open();
    await ledger.reserve(reservation('a'));
    await ledger.reserve(reservation('b'));
    await ledger.handBack(reservation('a'));
    close();
    close();
    expect(seen).toEqual(['reserved a', 'reserved b', 'released 100', 'released 100']);
  });

  it('reports nothing that did not become durable', async () => {
    const { ledger, seen } = open([], true);
    await expect(ledger.reserve(reservation('a'))).rejects.toThrow('fenced');
    await expect(ledger.settle(row('a'))).rejects.toThrow('fenced');
    expect(seen).toEqual([]);
  });

  it('reports the rows that opening made of what a crash left behind, and no older ones', () => {
    expect(open([row('old', 999), row('recovered', 1000)]).seen).toEqual(['settled recovered']);
  });
});
