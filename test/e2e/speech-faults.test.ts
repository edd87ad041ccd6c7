/**
 * What the speech service does wrong, and what that costs: the ledger says what is known, and `unknown` where nobody knows.
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outboundCall } from '../genesys/calls.ts';
import type { Fault } from '../fakes/faults.ts';
import { checkBooks, checkManners, readBooks } from './books.ts';
import { createStage, type Stage } from './stage.ts';

const COST = '0.004133';
const NONE = '0.0000';
const FREE = (code: string, outcome = ''): string => `failed ${code} ${outcome} ${NONE} ${NONE}`;
const SUCCESS = `success  Transcribed ${COST} ${NONE}`;

type Case = readonly [name: string, fault: Omit<Fault, 'path'>, lines: readonly string[], billed: number];

const cases: readonly Case[] = [
  ['a server error passes', { status: 503 }, [FREE('CSC_STT_UNAVAILABLE'), SUCCESS], 1],
  ['a request to slow down uses no attempt', { status: 429, headers: { 'retry-after': '1' } }, [SUCCESS], 1],
  ['a refusal is final, and free', { status: 422 }, [FREE('CSC_STT_REJECTED', 'Failed')], 0],
  [
    'an answer that is none was paid for',
    { status: 200, body: 'thank you' },
    [`failed CSC_STT_PROTOCOL Failed ${COST} ${NONE}`],
    0,
  ],
  [
    'a lost answer may have been paid for',
    { drop: 'reset', received: true },
    [`unknown CSC_STT_CONNECTION_LOST  ${NONE} ${COST}`, SUCCESS],
    2,
  ],
  [
    'no answer in time may have been paid for',
    { drop: 'hang' },
    [`unknown CSC_STT_TIMEOUT  ${NONE} ${COST}`, SUCCESS],
    2,
  ],
];

describe('a speech service', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await createStage({ conversations: [outboundCall(1)] });
  });

  afterAll(() => stage[Symbol.asyncDispose]());

  it.each(cases.map((each, index) => [each[0], each, index] as const))('%s', async (_, [, fault, lines], index) => {
    const name = `fault-${index}`;
    stage.speech.faults.clear();
    stage.speech.faults.next({ path: /./u, ...fault });
    await stage.apply(name, { stt: { timeoutSeconds: 3 } });
    const run = await stage.untilFinished(name);
    const books = await readBooks(stage, name);
    expect(
      books.rows.map(({ status, errorCode, outcome, costUSD, costUnknown }) =>
        [status, errorCode, outcome, costUSD, costUnknown].join(' '),
      ),
    ).toEqual(lines);
    checkBooks(run, books);
    checkManners(stage);
  });

  it('ends a run in which everything that was tried failed', async () => {
    stage.speech.faults.clear();
    stage.speech.faults.next({ path: /./u, status: 401, times: 2 });
    await stage.apply('refused');
    const { status } = await stage.untilFinished('refused');
    expect(status?.phase).toBe('Failed');
    expect(status?.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'Failed', status: 'True', reason: 'CSC_NOTHING_TRANSCRIBED' }),
        expect.objectContaining({ type: 'Ready', status: 'False' }),
        expect.objectContaining({ type: 'Stalled', status: 'True' }),
      ]),
    );
  });
});
