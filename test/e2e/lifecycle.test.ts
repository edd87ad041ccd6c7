/**
 * What a person may do to a run while it goes on.
 * @module
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outboundCalls } from '../genesys/calls.ts';
import { checkBooks, checkManners, readBooks } from './books.ts';
import { createStage, type Stage } from './stage.ts';
import { waitUntil } from './wait.ts';

const SPEECH_MS = 700;

describe('a run that is under way', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await createStage({ conversations: outboundCalls(8), speech: { latencyMs: SPEECH_MS } });
  });

  beforeEach(() => stage.speech.faults.clear());

  afterAll(async () => {
    checkManners(stage);
    await stage[Symbol.asyncDispose]();
  });

  const patch = (name: string, spec: object): Promise<string> =>
    stage.kubectl(['patch', 'trun', name, '--type=merge', '-p', JSON.stringify({ spec })]);

  const untilSpeaking = (name: string) =>
    stage.until(name, ({ counts }) => (counts?.transcribed ?? 0) >= 1 && (counts?.inProgress ?? 0) >= 1);

  it('can be suspended and resumed: what is in flight ends, nothing new begins, nothing is done twice', async () => {
    const before = stage.speech.meter().billedRequests;
    await stage.apply('suspended', { concurrency: 2 });
    await untilSpeaking('suspended');
    await patch('suspended', { suspend: true });
    const { status } = await stage.until('suspended', ({ phase }) => phase === 'Suspended');
    expect(status?.counts).toMatchObject({ inProgress: 0 });
    expect(status?.counts?.transcribed).toBeLessThan(8);
    expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Suspended', status: 'True' }));
    const billed = stage.speech.meter().billedRequests;
    expect(billed - before).toBe(status?.counts?.transcribed);

    await patch('suspended', { suspend: false });
    const run = await stage.untilFinished('suspended');
    expect(run.status).toMatchObject({ phase: 'Succeeded', counts: { transcribed: 8 } });
    expect(stage.speech.meter().billedRequests - before).toBe(8);
    checkBooks(run, await readBooks(stage, 'suspended'));
  });

  it('can be cancelled: it ends at once, and what was at the service is on the books as unknown', async () => {
    await stage.apply('cancelled', { concurrency: 2 });
    await untilSpeaking('cancelled');
    await patch('cancelled', { cancel: true });
    const run = await stage.untilFinished('cancelled');
    expect(run.status).toMatchObject({ phase: 'Cancelled', counts: { found: 8, pending: 0, inProgress: 0 } });
    expect(run.status?.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'Failed', status: 'True', reason: 'CSC_CANCELLED' }),
        expect.objectContaining({ type: 'Stalled', status: 'True' }),
      ]),
    );
    const books = await readBooks(stage, 'cancelled');
    checkBooks(run, books);
    expect(books.rows.filter(({ errorCode }) => errorCode === 'CSC_CANCELLED_IN_FLIGHT').length).toBeGreaterThanOrEqual(
      1,
    );
  });

  it('ends at its deadline', async () => {
    await stage.apply('late', { concurrency: 1, activeDeadlineSeconds: 2 });
    const run = await stage.untilFinished('late');
    expect(run.status?.phase).toBe('Failed');
    const failed = run.status?.conditions?.find(({ type }) => type === 'Failed');
    expect(failed).toMatchObject({ status: 'True', reason: 'CSC_DEADLINE_EXCEEDED' });
    checkBooks(run, await readBooks(stage, 'late'));
  });

  it('takes a change of concurrency at once', async () => {
    await stage.apply('faster', { concurrency: 1 });
    await stage.until('faster', ({ counts }) => (counts?.inProgress ?? 0) >= 1);
    await patch('faster', { concurrency: 7 });
    const isFaster = async () => (stage.speech.meter().inFlight >= 4 ? true : undefined);
    await waitUntil(isFaster, 10_000, () => `${stage.speech.meter().inFlight} in flight`);
    await stage.untilFinished('faster');
  });

  it('can be deleted: the work ends, the report is collected, and a run of the same name is a new one', async () => {
    await stage.apply('deleted', { concurrency: 2 });
    await untilSpeaking('deleted');
    await stage.kubectl(['delete', 'trun', 'deleted']);
    const gone = async () => ((await stage.get('cm', 'deleted-report')) ? undefined : true);
    await waitUntil(gone, 30_000, () => 'the report is still there');
    const quiet = async () => (stage.speech.meter().inFlight === 0 ? true : undefined);
    await waitUntil(quiet, 5000, () => 'speech is still being paid for');

    const before = stage.speech.meter().billedRequests;
    await stage.apply('deleted');
    const run = await stage.untilFinished('deleted');
    expect(run.status).toMatchObject({ phase: 'Succeeded', counts: { transcribed: 8 } });
    expect(stage.speech.meter().billedRequests - before).toBe(8);
    checkBooks(run, await readBooks(stage, 'deleted'));
  });

  it('is deleted when its time to live is over, and its report with it', async () => {
    await stage.apply('brief', { ttlSecondsAfterFinished: 1, concurrency: 8 });
    const gone = async () => ((await stage.run('brief')) ? undefined : true);
    await waitUntil(gone, 30_000, () => 'the run is still there');
    const collected = async () => ((await stage.get('cm', 'brief-report')) ? undefined : true);
    await waitUntil(collected, 30_000, () => 'the report is still there');
  });

  it('waits while its window is open', async () => {
    const to = new Date(Date.now() + 4000).toISOString();
    await stage.apply('open', { window: { from: '2026-11-24T00:00:00Z', to } });
    const { status } = await stage.until('open', ({ phase }) => phase === 'Pending');
    expect(status?.conditions?.find(({ type }) => type === 'Reconciling')).toMatchObject({ reason: 'WindowOpen' });
    const run = await stage.untilFinished('open');
    expect(run.status).toMatchObject({ phase: 'Succeeded', counts: { found: 0 }, progress: '0/0' });
  });

  it('may be a dry run: everything is found and priced, and nothing is sent', async () => {
    const before = stage.speech.meter().billedRequests;
    await stage.apply('dry', { dryRun: true });
    const run = await stage.untilFinished('dry');
    expect(run.status).toMatchObject({
      phase: 'Succeeded',
      counts: { found: 8, skipped: 8 },
      cost: { settled: '0.0000' },
    });
    expect(stage.speech.meter().billedRequests).toBe(before);
  });
});
