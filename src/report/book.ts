/**
 * A whole report: all shards of a run as one. Pure.
 * @module
 */
import { CallscribeError } from '../errors.ts';
import { parseCsv } from '../pipeline/settle/csv.ts';
import type { LedgerRow } from '../pipeline/types.ts';
import type { SummaryDocument } from './summary.ts';

export interface Book {
  readonly run: string;
  /** ISO 4217. */
  readonly currency: string;
  /** In the order of the hash chain. */
  readonly rows: readonly LedgerRow[];
  /** Absent until the run ends or pauses for the first time. */
  readonly summary?: SummaryDocument;
}

/** What one object of a report holds. */
export type ShardData = Readonly<Record<string, string>>;

/** The summary of a shard; the objects of a run that has not ended have an empty one. @throws CallscribeError `CSC_LEDGER_CORRUPT` */
export const readSummary = (text: string): SummaryDocument | undefined => {
  try {
    const value = JSON.parse(text) as SummaryDocument | null;
    return value && 'chain' in value ? value : undefined;
  } catch (error) {
    throw new CallscribeError('CSC_LEDGER_CORRUPT', 'summary.json is no JSON', { cause: error });
  }
};

/**
 * Joins the shards of a run.
 * @throws CallscribeError `CSC_LEDGER_CORRUPT`
 */
export const joinShards = (run: string, shards: readonly ShardData[]): Book => {
  const reports = shards.map((data) => parseCsv(data['report.csv'] ?? ''));
  const summary = readSummary(shards[0]?.['summary.json'] ?? '{}');
  return {
    run,
    currency: reports[0]?.currency ?? 'USD',
    rows: reports.flatMap(({ rows }) => rows).toSorted((a, b) => a.seq - b.seq),
    ...(summary && { summary }),
  };
};
