/**
 * The books of a run as an auditor reads them: from the cluster, with a CSV parser that is not ours, and held against what the
 * speech fake received.
 * @module
 */
import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';
import type { TranscriptionRun } from '../../src/api/types.ts';
import type { SpeechFake } from '../speech-fake/speech-fake.ts';
import type { Stage } from './stage.ts';

export interface ReportRow {
  readonly mediaId: string;
  readonly conversationId: string;
  readonly durationSeconds: string;
  readonly costUSD: string;
  readonly costUnknown: string;
  readonly status: 'success' | 'failed' | 'unknown' | 'skipped';
  readonly attempt: string;
  readonly errorCode: string;
  readonly outcome: string;
  readonly timestamp: string;
}

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly ownerReferences?: readonly { readonly uid: string }[] };
  readonly data: Readonly<Record<string, string>>;
}

export interface Books {
  readonly rows: readonly ReportRow[];
  readonly reserved: readonly Readonly<Record<string, string>>[];
  readonly summary: Readonly<Record<string, unknown>>;
  readonly shards: readonly ConfigMap[];
}

const readCSV = <T>(text = ''): T[] => parse(text, { columns: true, record_delimiter: '\n' });

/** `"0.0041"` as micro-units, without a float and without our own reader. */
export const microsOf = (amount: string): number => {
  const [whole = '', fraction = ''] = amount.split('.');
  expect(fraction.length).toBeGreaterThanOrEqual(4);
  expect(fraction.length).toBeLessThanOrEqual(6);
  return Number(`${whole}${fraction.padEnd(6, '0')}`);
};

export const sumOf = (amounts: readonly string[]): number => amounts.reduce((sum, amount) => sum + microsOf(amount), 0);

const shardNumber = ({ metadata: { name } }: ConfigMap): number => Number(/-report-(\d+)$/.exec(name)?.[1] ?? 0);

export const readBooks = async (stage: Stage, run: string): Promise<Books> => {
  const items = await stage.listOf<ConfigMap>('cm', run);
  const shards = items.toSorted((a, b) => shardNumber(a) - shardNumber(b));
  return {
    shards,
    rows: shards.flatMap(({ data }) => readCSV<ReportRow>(data['report.csv'])),
    reserved: shards.flatMap(({ data }) => readCSV<Record<string, string>>(data['reserved.csv'])),
    summary: JSON.parse(shards[0]?.data['summary.json'] ?? '{}') as Record<string, unknown>,
  };
};

/** Counts add up, the report has exactly one outcome for all that was found, and its money is that of the status. */
export const checkBooks = ({ status = {} }: TranscriptionRun, { rows, reserved, summary, shards }: Books): void => {
  const { counts = {}, cost = {} } = status;
  const { found, pending, inProgress, transcribed = 0, skipped = 0, failed = 0, noRecording = 0 } = counts;
  expect({ pending, inProgress }).toEqual({ pending: 0, inProgress: 0 });
  expect(transcribed + skipped + failed + noRecording).toBe(found);

  const outcomes = rows.filter(({ outcome }) => outcome !== '');
  const keys = outcomes.map(({ conversationId, mediaId }) => `${conversationId}/${mediaId}`);
  expect(new Set(keys).size).toBe(keys.length);
  const count = (name: string): number => outcomes.filter(({ outcome }) => outcome === name).length;
  expect({
    transcribed: count('Transcribed'),
    skipped: count('Skipped'),
    failed: count('Failed'),
    noRecording: count('NoRecording'),
  }).toEqual({ transcribed, skipped, failed, noRecording });

  expect(sumOf(rows.map(({ costUSD }) => costUSD))).toBe(microsOf(cost.settled ?? ''));
  expect(sumOf(rows.map(({ costUnknown }) => costUnknown))).toBe(microsOf(cost.unknown ?? ''));
  expect(cost.reserved).toBe('0.0000');
  expect(reserved).toEqual([]);
  expect(status.report).toMatchObject({ shards: shards.length, rows: rows.length });
  expect(summary).toMatchObject({ counts, cost: { settled: cost.settled, unknown: cost.unknown } });
};

/** What the service would bill is on the books: as settled cost where its answer came, as unknown cost where none did. */
export const checkBilled = ({ rows }: Books, speech: SpeechFake): void => {
  const paid = rows.filter((row) => microsOf(row.costUSD) > 0 || microsOf(row.costUnknown) > 0);
  expect(speech.meter().billedRequests).toBeLessThanOrEqual(paid.length);
  expect(speech.requests.filter(({ isBilled }) => isBilled).length).toBeGreaterThanOrEqual(
    rows.filter(({ status }) => status === 'success').length,
  );
};

/** No fake saw anything that a correct client does not do. */
export const checkManners = ({ genesys, speech, destination }: Stage): void => {
  expect(genesys.violations).toEqual([]);
  expect(speech.violations).toEqual([]);
  expect(destination.violations).toEqual([]);
};
