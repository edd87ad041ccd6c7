/**
 * A budget that is smaller than the work: what is settled, reserved and unknown never exceeds it, at any moment and over any death.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { TranscriptionRunStatus } from '../../src/api/types.ts';
import { checkManners, microsOf, readBooks, sumOf } from './books.ts';
import { checkInvariants } from './invariants.ts';
import { shortCalls } from './short-calls.ts';
import { createStage, type Stage } from './stage.ts';
import { waitUntil } from './wait.ts';

const CALLS = 40;
/** 2 s at 0.004 a minute. */
const PRICE_MICROS = 133;
const BUDGET_MICROS = 1000;
const FITTING = Math.floor(BUDGET_MICROS / PRICE_MICROS);

/** What the ledger holds now: settled, unknown and reserved. */
const committed = async (stage: Stage, run: string): Promise<number> => {
  const { rows, reserved } = await readBooks(stage, run);
  return (
    sumOf(rows.flatMap(({ costUSD, costUnknown }) => [costUSD, costUnknown])) +
    sumOf(reserved.map((row) => row['reserved'] ?? ''))
  );
};

/** Looks again and again until `done`; the most that was ever committed. */
const watch = async (stage: Stage, run: string, done: () => Promise<boolean>): Promise<number> => {
  let most = 0;
  const look = async (): Promise<true | undefined> => {
    most = Math.max(most, await committed(stage, run));
    return (await done()) ? true : undefined;
  };
  await waitUntil(look, 60_000, () => `${most} committed`);
  return most;
};

const isExhausted = ({ conditions }: TranscriptionRunStatus = {}): boolean =>
  conditions?.some(({ type, status }) => type === 'BudgetExhausted' && status === 'True') ?? false;

const raise = (stage: Stage, run: string, budget: string): Promise<string> =>
  stage.kubectl(['patch', 'trun', run, '--type=merge', '-p', JSON.stringify({ spec: { cost: { budget } } })]);

describe.concurrent('a budget', () => {
  it('is kept with sixteen recordings in flight, said to be exhausted, and raised', async () => {
    const calls = shortCalls(CALLS);
    await using stage = await createStage({ conversations: calls, speech: { latencyMs: 200 } });
    await stage.apply('tight', { concurrency: 16, cost: { budget: '0.001' } });
    const most = await watch(stage, 'tight', async () => isExhausted((await stage.run('tight'))?.status));
    expect(most).toBe(FITTING * PRICE_MICROS);
    expect(stage.speech.meter().billedRequests).toBe(FITTING);
    const { status } = await stage.until('tight', isExhausted);
    expect(status).toMatchObject({ phase: 'Running', progress: `${FITTING}/${status?.counts?.found}` });
    expect(status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'CSC_BUDGET_EXHAUSTED' }),
    );

    await raise(stage, 'tight', '1');
    const run = await stage.untilFinished('tight');
    expect(run.status?.phase).toBe('Succeeded');
    expect(isExhausted(run.status)).toBe(false);
    await checkInvariants(stage, run, { calls, deaths: 0 });
    expect(stage.speech.meter().billedRequests).toBe(CALLS);
    checkManners(stage);
  });

  it('is kept over the death of the operator: what may have been spent counts', async () => {
    const calls = shortCalls(CALLS);
    await using stage = await createStage({ conversations: calls, speech: { latencyMs: 1500 } });
    await stage.apply('killed', { concurrency: 16, cost: { budget: '0.001' } });
    await watch(stage, 'killed', async () => stage.speech.meter().inFlight === FITTING);
    await stage.operators.at(-1)?.kill();
    await stage.startOperator();
    const most = await watch(stage, 'killed', async () => isExhausted((await stage.run('killed'))?.status));
    expect(most).toBeLessThanOrEqual(BUDGET_MICROS);
    const { status } = await stage.until('killed', isExhausted);
    expect(microsOf(status?.cost?.unknown ?? '')).toBe(FITTING * PRICE_MICROS);
    expect(stage.speech.meter().billedRequests).toBe(FITTING);

    await raise(stage, 'killed', '0.5');
    const run = await stage.untilFinished('killed');
    expect(run.status).toMatchObject({ phase: 'Succeeded', counts: { transcribed: CALLS } });
    await checkInvariants(stage, run, { calls, deaths: 1 });
    checkManners(stage);
  });
});
