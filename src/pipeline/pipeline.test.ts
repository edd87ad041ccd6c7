/**
 * Attempts that do not come as far as the first call: what they leave, and what they do not ask for.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { CallscribeError } from '../errors.ts';
import { createEgressPolicy } from './http/egress.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import type { Controls, Plan } from './plan.ts';
import { heldOf, reservationOf, rowWith } from './recording/test-recording.ts';
import { journalOf, rowsOf, type TestJournal } from './run/test-run.ts';
import { planOf } from './test-plan.ts';

const cancelled = new CallscribeError('CSC_CANCELLED', 'spec.cancel was set');

const controlsOf = (signal = new AbortController().signal): Controls => ({
  draining: new AbortController().signal,
  signal,
  settings: () => ({ concurrency: 1 }),
  onSettings: () => () => {},
  onProgress: () => {},
  onOutcome: () => {},
});

/** What an earlier process left: one done, one at the service, one to be delivered. */
const leftBehind = (): TestJournal => {
  const journal = journalOf();
  const held = heldOf({ recordingId: 'r-3', conversationId: 'c-3' });
  journal.all.push(rowWith());
  journal.open.set('c-2/r-2#1', reservationOf({ recordingId: 'r-2', conversationId: 'c-2' }));
  journal.open.set('c-3/r-3#1', held.reservation);
  journal.outbox.set('r-3', held);
  return journalOf(journal);
};

const asking = (plan: Plan): { readonly plan: Plan; readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    plan: {
      ...plan,
      readSecret: (name) => {
        asked.push(name);
        return plan.readSecret(name);
      },
    },
  };
};

describe('the pipeline of a process', () => {
  let pipeline: Pipeline;
  let workDir: string;

  beforeAll(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'callscribe-pipeline-'));
    pipeline = await createPipeline({
      egress: createEgressPolicy({ allow: [], only: true }),
      workDir,
      maxRecordingsInFlight: 4,
      clock: systemClock,
      random: Math.random,
    });
  });

  afterAll(async () => {
    await pipeline.close();
    await rm(workDir, { recursive: true });
  });

  it.each([
    ['no Secret', planOf({}, {}), 'CSC_SECRET_NOT_FOUND', true],
    ['no host that it may call', planOf({ genesys: { apiURL: 'http://127.0.0.1/' } }), 'CSC_EGRESS_DENIED', false],
  ])('does not begin a run with %s, and tells what the books say', async (_, plan, code, retryable) => {
    const journal = leftBehind();
    const summary = await pipeline.run(plan, journal, controlsOf());
    expect(summary).toMatchObject({
      ending: 'Failed',
      error: { code, retryable },
      progress: {
        counts: { found: 2, transcribed: 1, pending: 1 },
        cost: { settledMicros: 4100, unknownMicros: 4100, reservedMicros: 4100 },
      },
    });
    expect(journal.all).toHaveLength(2);
  });

  it('gives everything its outcome where a mistake ends the run for good', async () => {
    const journal = leftBehind();
    const plan = planOf({ genesys: { apiURL: 'http://127.0.0.1/' } });
    const summary = await pipeline.run(plan, journal, { ...controlsOf(), isLastWord: true });
    expect(summary).toMatchObject({
      ending: 'Failed',
      error: { code: 'CSC_EGRESS_DENIED', retryable: false },
      progress: { counts: { found: 3, pending: 0, inProgress: 0 }, cost: { reservedMicros: 0 } },
    });
    expect(rowsOf({ journal })).toEqual([
      'r-1 1 success  Transcribed',
      'r-2 1 unknown CSC_ATTEMPT_UNKNOWN ',
      'r-3 1 failed CSC_EGRESS_DENIED Failed',
      'r-2 1 failed CSC_EGRESS_DENIED Failed',
    ]);
  });

  it('leaves a run open whose mistake passes, also where it has the last word', async () => {
    const journal = leftBehind();
    const summary = await pipeline.run(planOf({}, {}), journal, { ...controlsOf(), isLastWord: true });
    expect(summary).toMatchObject({ ending: 'Failed', error: { code: 'CSC_SECRET_NOT_FOUND', retryable: true } });
    expect(journal.all).toHaveLength(2);
  });

  it('closes the books of a run that is over before it begins, and asks for nothing', async () => {
    const journal = leftBehind();
    const { plan, asked } = asking(planOf({}, {}));
    const summary = await pipeline.run(plan, journal, controlsOf(AbortSignal.abort(cancelled)));
    expect(summary).toMatchObject({ ending: 'Aborted', progress: { counts: { found: 3, pending: 0, inProgress: 0 } } });
    expect(rowsOf({ journal })).toEqual([
      'r-1 1 success  Transcribed',
      'r-2 1 unknown CSC_ATTEMPT_UNKNOWN ',
      'r-3 1 failed CSC_CANCELLED Failed',
      'r-2 1 skipped CSC_CANCELLED Skipped',
    ]);
    expect(asked).toEqual([]);
  });

  it('closes the books also where the run is cancelled while it looks for its Secrets in vain', async () => {
    const journal = leftBehind();
    const end = new AbortController();
    const plan: Plan = {
      ...planOf(),
      readSecret: async (name) => {
        end.abort(cancelled);
        throw new CallscribeError('CSC_SECRET_NOT_FOUND', `there is no Secret ${name}`);
      },
    };
    const summary = await pipeline.run(plan, journal, controlsOf(end.signal));
    expect(summary).toMatchObject({ ending: 'Aborted', progress: { counts: { found: 3, pending: 0 } } });
  });

  it('leaves a run as it is that is let go before it begins', async () => {
    const journal = leftBehind();
    const summary = await pipeline.run(planOf(), journal, controlsOf(AbortSignal.abort(new Error('shutdown'))));
    expect(summary.ending).toBe('Aborted');
    expect(journal.all).toHaveLength(2);
    expect([...journal.outbox.keys()]).toEqual(['r-3']);
  });
});
