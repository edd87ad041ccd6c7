/**
 * What must hold at the end of a run, whatever died on the way: the books, held against what the simulators saw of each recording.
 * @module
 */
import { expect } from 'vitest';
import type { TranscriptionRun } from '../../src/api/types.ts';
import type { WorldConversation } from '../genesys/world.ts';
import { type Books, checkBooks, microsOf, readBooks, type ReportRow } from './books.ts';
import { recordingsByDigest } from './short-calls.ts';
import type { Stage } from './stage.ts';

interface Account {
  readonly recordingId: string;
  /** Final rows; exactly one. */
  readonly outcomes: readonly string[];
  /** Requests that the service would put on its bill. */
  readonly billed: number;
  /** Rows with money that was or may have been spent. */
  readonly booked: number;
  readonly unknown: number;
  /** At each destination of the run. */
  readonly delivered: readonly number[];
}

const isPaid = (row: ReportRow): boolean => microsOf(row.costUSD) > 0 || microsOf(row.costUnknown) > 0;

type DestinationSpec = TranscriptionRun['spec']['transcripts']['destinations'][number];

/** One account for each recording of the calls. */
export const accountsOf = (
  stage: Stage,
  { run, books: { rows } }: { readonly run: TranscriptionRun; readonly books: Books },
  calls: readonly WorldConversation[],
): readonly Account[] => {
  const byDigest = recordingsByDigest(calls);
  const billed = stage.speech.requests.filter(({ isBilled }) => isBilled).map(({ sha256 }) => byDigest.get(sha256));
  const deliveredTo = ({ http }: DestinationSpec, conversationId: string, recordingId: string): number =>
    (http ? stage.destination.documents.get(recordingId) : stage.genesys.transcripts.get(conversationId))?.length ?? 0;
  return calls.flatMap(({ conversationId, recordings }) =>
    recordings.map(({ recordingId }): Account => {
      const own = rows.filter((row) => row.mediaId === recordingId);
      return {
        recordingId,
        outcomes: own.flatMap(({ outcome }) => outcome || []),
        billed: billed.filter((id) => id === recordingId).length,
        booked: own.filter(isPaid).length,
        unknown: own.filter(({ status }) => status === 'unknown').length,
        delivered: run.spec.transcripts.destinations.map((each) => deliveredTo(each, conversationId, recordingId)),
      };
    }),
  );
};

/** Names of the Secrets in which transcripts of a run wait for their destination. */
export const heldSecrets = async (stage: Stage, run: string): Promise<readonly string[]> =>
  (await stage.listOf<{ readonly metadata: { readonly name: string } }>('secret', run)).map(
    ({ metadata }) => metadata.name,
  );

export interface Witnessed {
  /** All that the run had to find. */
  readonly calls: readonly WorldConversation[];
  /** How often an operator ended suddenly: so often may a transcript have been taken without anyone learning of it. */
  readonly deaths: number;
}

/**
 * Nothing lost: each recording has one outcome and its transcript arrived. No silent spend: what was billed is booked, as cost or as
 * unknown. Nothing paid twice without an unknown: each further payment has an unknown attempt before it.
 */
export const checkInvariants = async (
  stage: Stage,
  run: TranscriptionRun,
  { calls, deaths }: Witnessed,
): Promise<Books> => {
  const books = await readBooks(stage, run.metadata.name);
  checkBooks(run, books);
  for (const account of accountsOf(stage, { run, books }, calls)) {
    const { recordingId, outcomes, billed, booked, unknown, delivered } = account;
    expect(outcomes, recordingId).toEqual(['Transcribed']);
    expect(booked, `booked of ${recordingId}`).toBeGreaterThanOrEqual(billed);
    expect(billed, `billed of ${recordingId}`).toBeLessThanOrEqual(1 + unknown);
    for (const times of delivered) {
      expect(times, `deliveries of ${recordingId}`).toBeGreaterThanOrEqual(1);
      expect(times, `deliveries of ${recordingId}`).toBeLessThanOrEqual(1 + deaths);
    }
  }
  expect(await heldSecrets(stage, run.metadata.name)).toEqual([]);
  return books;
};
