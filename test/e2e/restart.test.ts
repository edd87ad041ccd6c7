/**
 * The operator ends in the middle of a run, in the hard way and in the soft one, and another takes over.
 * @module
 */
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { outboundCalls } from '../genesys/calls.ts';
import { checkBooks, checkManners, microsOf, readBooks } from './books.ts';
import { createStage } from './stage.ts';

const CALLS = 12;

describe('an operator', () => {
  it('that is killed loses nothing, and what it may have spent is on the books', async () => {
    await using stage = await createStage({ conversations: outboundCalls(CALLS), speech: { latencyMs: 1000 } });
    await stage.apply('resumed', { concurrency: 3 });
    const before = await stage.until(
      'resumed',
      ({ counts }) => (counts?.transcribed ?? 0) >= 3 && counts?.inProgress === 3,
    );
    expect(await stage.operators[0]?.kill()).toBe('SIGKILL');

    const { reserved } = await readBooks(stage, 'resumed');
    expect(reserved.length).toBeGreaterThanOrEqual(1);

    await stage.startOperator();
    const run = await stage.untilFinished('resumed');
    expect(run.status).toMatchObject({
      phase: 'Succeeded',
      window: before.status?.window,
      counts: { transcribed: CALLS },
    });
    expect(run.status?.startTime).toBe(before.status?.startTime);

    const books = await readBooks(stage, 'resumed');
    checkBooks(run, books);
    checkManners(stage);
    const unknown = books.rows.filter(({ status }) => status === 'unknown');
    expect(unknown.map(({ mediaId, attempt }) => `${mediaId} ${attempt}`).toSorted()).toEqual(
      reserved.map(({ mediaId, attempt }) => `${mediaId} ${attempt}`).toSorted(),
    );
    expect(unknown.every(({ errorCode, outcome }) => errorCode === 'CSC_ATTEMPT_UNKNOWN' && outcome === '')).toBe(true);
    // Everything that the service has on its bill is on ours.
    const paid = books.rows.filter((row) => microsOf(row.costUSD) + microsOf(row.costUnknown) > 0);
    expect(stage.speech.meter().billedRequests).toBeLessThanOrEqual(paid.length);
    expect(stage.genesys.transcripts.size).toBe(CALLS);
  });

  it('that is killed does not leave audio behind for ever', async () => {
    await using stage = await createStage({ conversations: outboundCalls(3), speech: { latencyMs: 3000 } });
    await stage.apply('swept');
    await stage.until('swept', ({ counts }) => (counts?.inProgress ?? 0) >= 1);
    const [operator] = stage.operators;
    const workDir = operator?.workDir ?? '';
    const hasAudio = await stage.until(
      'swept',
      ({ recordings }) => recordings?.some(({ stage: at }) => at === 'Transcribe') ?? false,
    );
    expect(hasAudio).toBeDefined();
    await operator?.kill();
    expect(await readdir(workDir)).not.toEqual([]);
    await stage.startOperator({ workDir });
    expect((await readdir(workDir)).filter((name) => name.includes(`-${operator?.pid}-`))).toEqual([]);
    await stage.untilFinished('swept');
    expect(await readdir(workDir)).toEqual([]);
  });

  it('that is asked to stop lets end what is in flight and begins nothing new', async () => {
    await using stage = await createStage({ conversations: outboundCalls(CALLS), speech: { latencyMs: 1500 } });
    await stage.apply('drained', { concurrency: 3 });
    await stage.until('drained', ({ counts }) => (counts?.transcribed ?? 0) >= 1 && counts?.inProgress === 3);
    expect(await stage.operators[0]?.stop()).toBe(0);

    const { rows, reserved } = await readBooks(stage, 'drained');
    expect(reserved).toEqual([]);
    expect(rows.every(({ status }) => status === 'success')).toBe(true);
    expect(rows).toHaveLength(stage.speech.meter().billedRequests);
    expect(rows.length).toBeLessThan(CALLS);

    await stage.startOperator();
    const run = await stage.untilFinished('drained');
    expect(run.status).toMatchObject({ phase: 'Succeeded', counts: { transcribed: CALLS } });
    expect(stage.speech.meter().billedRequests).toBe(CALLS);
    checkBooks(run, await readBooks(stage, 'drained'));
  });

  it('that is told to stop at once hands back what it can: what was at the service becomes unknown', async () => {
    await using stage = await createStage({
      conversations: outboundCalls(2),
      speech: { latencyMs: 8000 },
      flags: ['--shutdown-grace-seconds=0'],
    });
    await stage.apply('released', { concurrency: 1 });
    await stage.until(
      'released',
      ({ recordings }) => recordings?.some(({ stage: at }) => at === 'Transcribe') ?? false,
    );
    expect(await stage.operators[0]?.stop()).toBe(0);
    expect((await readBooks(stage, 'released')).reserved).toHaveLength(1);
    await stage.startOperator();
    const run = await stage.untilFinished('released');
    const books = await readBooks(stage, 'released');
    checkBooks(run, books);
    expect(books.rows.map(({ status }) => status).toSorted()).toEqual(['success', 'success', 'unknown']);
  });
});
