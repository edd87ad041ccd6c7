/**
 * Every way in which a conversation can end, side by side in one run: each has its own line in the books, and none stops the rest.
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TranscriptionRun } from '../../src/api/types.ts';
import {
  campaignCall,
  inboundCall,
  inState,
  notReady,
  outboundCall,
  stillGoingOn,
  withAnother,
  withLostRecording,
  withoutAgent,
  withoutRecording,
  withRecording,
} from '../genesys/calls.ts';
import type { WorldConversation } from '../genesys/world.ts';
import { wavOf } from '../../src/pipeline/fetch/test-sounds.ts';
import { type Books, checkBilled, checkBooks, checkManners, type ReportRow, readBooks } from './books.ts';
import { createStage, type Stage } from './stage.ts';

const recordingOf = ({ recordings }: WorldConversation, index = 0): string => recordings[index]?.recordingId ?? '';

const noSound = wavOf({ data: Buffer.alloc(0) });

const calls = {
  plain: outboundCall(1),
  slow: notReady(outboundCall(2), 2),
  campaign: campaignCall(3),
  mono: outboundCall(4, { channels: 1 }),
  twoFiles: outboundCall(5, { layout: '0+1' }),
  combined: outboundCall(6, { layout: 'S' }),
  unrecorded: withoutRecording(outboundCall(7)),
  lost: withLostRecording(outboundCall(8)),
  archived: inState(outboundCall(9), 'ARCHIVED'),
  deleted: inState(outboundCall(10), 'DELETED'),
  faulty: inState(outboundCall(11), 'ERROR'),
  live: stillGoingOn(outboundCall(12)),
  agentless: withoutAgent(outboundCall(13)),
  screen: withAnother(outboundCall(14), { media: 'screen', mediaSubtype: 'Screen' }),
  twice: withAnother(outboundCall(15), {}),
  empty: withRecording(outboundCall(16), { content: noSound }),
  noise: withRecording(outboundCall(17), { content: Buffer.from('this is no audio at all, not even nearly') }),
  gone: outboundCall(18),
  truncatedOnce: outboundCall(19),
  truncatedAlways: outboundCall(20),
  inbound: inboundCall(21),
} as const;

type Name = keyof typeof calls;

/** `status errorCode outcome` of each line, attempts in order; two recordings of a conversation in the order of the world. */
const expected: Readonly<Record<Exclude<Name, 'inbound'>, readonly string[]>> = {
  plain: ['success  Transcribed'],
  slow: ['success  Transcribed'],
  campaign: ['success  Transcribed'],
  mono: ['success  Transcribed'],
  twoFiles: ['success  Transcribed'],
  combined: ['success  Transcribed'],
  unrecorded: ['skipped CSC_NO_RECORDING NoRecording'],
  lost: ['skipped CSC_RECORDING_MISSING NoRecording'],
  archived: ['skipped CSC_RECORDING_ARCHIVED Skipped'],
  deleted: ['skipped CSC_RECORDING_DELETED Skipped'],
  faulty: ['skipped CSC_RECORDING_ERROR Skipped'],
  live: ['skipped CSC_CONVERSATION_NOT_ENDED Skipped'],
  agentless: ['failed CSC_NO_AGENT Failed'],
  screen: ['success  Transcribed', 'skipped CSC_RECORDING_NOT_AUDIO Skipped'],
  twice: ['success  Transcribed', 'success  Transcribed'],
  empty: ['skipped CSC_MEDIA_EMPTY Skipped'],
  noise: ['failed CSC_MEDIA_UNSUPPORTED Failed'],
  gone: ['failed CSC_MEDIA_NOT_FOUND ', 'failed CSC_MEDIA_NOT_FOUND Failed'],
  truncatedOnce: ['failed CSC_MEDIA_TRUNCATED ', 'success  Transcribed'],
  truncatedAlways: ['failed CSC_MEDIA_TRUNCATED ', 'failed CSC_MEDIA_TRUNCATED Failed'],
};

const mediaOf = (call: WorldConversation): RegExp => new RegExp(`^/recordings/${recordingOf(call)}/`, 'u');

describe('conversations of every kind', () => {
  let stage: Stage;
  let run: TranscriptionRun;
  let books: Books;

  beforeAll(async () => {
    stage = await createStage({
      conversations: Object.values(calls),
      genesys: {
        faults: [
          { path: mediaOf(calls.gone), status: 404, times: Number.POSITIVE_INFINITY },
          { path: mediaOf(calls.truncatedOnce), drop: 'truncate' },
          { path: mediaOf(calls.truncatedAlways), drop: 'truncate', times: Number.POSITIVE_INFINITY },
        ],
      },
    });
    await stage.apply('everything', { retry: { maxAttempts: 2 }, concurrency: 8 });
    run = await stage.untilFinished('everything');
    books = await readBooks(stage, 'everything');
  });

  afterAll(() => stage[Symbol.asyncDispose]());

  const linesOf = (name: Name): readonly ReportRow[] => {
    const { conversationId, recordings } = calls[name];
    const order = recordings.map(({ recordingId }) => recordingId);
    return books.rows
      .filter((row) => row.conversationId === conversationId)
      .toSorted((a, b) => order.indexOf(a.mediaId) - order.indexOf(b.mediaId));
  };

  it.each(Object.entries(expected))('%s', (name, lines) => {
    const found = linesOf(name as Name);
    expect(found.map(({ status, errorCode, outcome }) => `${status} ${errorCode} ${outcome}`)).toEqual(lines);
  });

  it('inbound: not in the run at all', () => {
    expect(linesOf('inbound')).toEqual([]);
  });

  it('some failed, so the run has failed in part', () => {
    expect(run.status).toMatchObject({ phase: 'PartiallyFailed', progress: '22/22', counts: { conversations: 20 } });
    const complete = run.status?.conditions?.find(({ type }) => type === 'Complete');
    expect(complete).toMatchObject({ status: 'True', reason: 'PartiallyFailed' });
  });

  it('the books add up, and nothing was paid for that did not go to the service', () => {
    checkBooks(run, books);
    checkBilled(books, stage.speech);
    expect(stage.speech.meter().billedRequests).toBe(books.rows.filter(({ status }) => status === 'success').length);
    for (const row of books.rows) if (row.status !== 'success') expect(row.costUSD).toBe('0.0000');
  });

  it('the fakes saw nothing improper', () => checkManners(stage));

  it('each failure is an Event with its code', async () => {
    const jsonpath = 'jsonpath={range .items[?(@.type=="Warning")]}{.reason}{"\\n"}{end}';
    const reasons = (await stage.kubectl(['get', 'events', '-o', jsonpath])).trim().split('\n');
    expect(new Set(reasons)).toEqual(
      new Set([
        'CSC_NO_AGENT',
        'CSC_MEDIA_UNSUPPORTED',
        'CSC_MEDIA_NOT_FOUND',
        'CSC_MEDIA_TRUNCATED',
        'PartiallyFailed',
      ]),
    );
  });
});
