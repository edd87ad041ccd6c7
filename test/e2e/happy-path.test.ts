import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TranscriptionRun } from '../../src/api/types.ts';
import { spokenCalls } from '../audio/fixtures.ts';
import { outboundCalls } from '../genesys/calls.ts';
import { type Books, checkBilled, checkBooks, checkManners, readBooks } from './books.ts';
import { createStage, type Stage, WINDOW } from './stage.ts';

describe('a run in which everything goes well', () => {
  let stage: Stage;
  let run: TranscriptionRun;
  let books: Books;

  beforeAll(async () => {
    stage = await createStage({ conversations: outboundCalls(6, { notReady: 1 }) });
    await stage.apply('nightly');
    run = await stage.untilFinished('nightly');
    books = await readBooks(stage, 'nightly');
  });

  afterAll(() => stage[Symbol.asyncDispose]());

  it('succeeds, and says so to people and to machines', () => {
    expect(run.status).toMatchObject({
      phase: 'Succeeded',
      observedGeneration: 1,
      progress: '6/6',
      window: { from: WINDOW.from, to: WINDOW.to },
      counts: { conversations: 6, found: 6, transcribed: 6, failed: 0, skipped: 0, noRecording: 0 },
      report: { name: 'nightly-report', shards: 1, rows: 6 },
    });
    const conditions = new Map(run.status?.conditions?.map(({ type, status }) => [type, status]));
    expect(Object.fromEntries(conditions)).toEqual({
      Complete: 'True',
      Ready: 'True',
      Reconciling: 'False',
      Stalled: 'False',
    });
  });

  it('has books that add up, and that the bill of the service agrees with', () => {
    checkBooks(run, books);
    checkBilled(books, stage.speech);
    expect(stage.speech.meter().billedRequests).toBe(6);
    // 62 and 59 begun seconds at 0.004 a minute.
    expect(books.rows.map(({ costUSD }) => costUSD).toSorted()).toEqual([
      ...Array<string>(3).fill('0.003933'),
      ...Array<string>(3).fill('0.004133'),
    ]);
    expect(run.status?.cost?.settled).toBe('0.024198');
  });

  it('delivers each transcript once, with everybody on their side', () => {
    expect(stage.genesys.transcripts.size).toBe(6);
    const turnsOf = new Map(Object.values(spokenCalls).map((call) => [call.turns[0]?.text, call.turns]));
    for (const delivered of stage.genesys.transcripts.values()) {
      expect(delivered).toHaveLength(1);
      const content = delivered[0]?.content ?? [];
      const turns = turnsOf.get(content[0]?.text) ?? [];
      expect(content.map(({ role, text, start, end }) => ({ role, text, start, end }))).toEqual(
        turns.map(({ role, text, startMs, endMs }) => ({
          role: role === 'customer' ? 'caller' : role,
          text,
          start: startMs,
          end: endMs,
        })),
      );
    }
  });

  it('is polite, and keeps the token away from the media hosts', () => {
    checkManners(stage);
    expect(stage.genesys.logins()).toBe(1);
  });

  it('leaves no audio behind', async () => {
    expect(await readdir(stage.operators[0]?.workDir ?? '')).toEqual([]);
  });

  it('is a line of kubectl get', async () => {
    const [header = '', line = ''] = (await stage.kubectl(['get', 'transcriptionruns'])).split('\n');
    expect(header.trim().split(/\s+/)).toEqual(['NAME', 'PHASE', 'PROGRESS', 'FAILED', 'COST', 'AGE']);
    expect(line).toMatch(/^nightly +Succeeded +6\/6 +0 +0\.024198 +\d+s$/);
  });

  it('has told of its start and of its end in Events', async () => {
    const events = await stage.kubectl([
      'get',
      'events',
      '-o',
      'jsonpath={range .items[*]}{.type} {.reason}{"\\n"}{end}',
    ]);
    expect(events.trim().split('\n').toSorted()).toEqual(['Normal Started', 'Normal Succeeded']);
  });

  it('logs one line for each recording, and nothing that is secret or said', () => {
    const text = stage.operators[0]?.log.map((line) => JSON.stringify(line)).join('\n') ?? '';
    expect(text.match(/recording ended/g)).toHaveLength(6);
    for (const secret of ['simulated-client-secret', 'speech-key', 'Bearer', 'Signature', '+1317', 'tel:']) {
      expect(text).not.toContain(secret);
    }
    for (const { text: said } of spokenCalls.call1.turns) expect(text).not.toContain(said);
  });
});
