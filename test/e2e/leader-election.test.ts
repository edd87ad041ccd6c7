/**
 * Two operators over the same namespace: one works, the other one waits for its turn.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { outboundCalls } from '../genesys/calls.ts';
import type { Operator } from '../operator/operator.ts';
import { checkBooks, checkManners, readBooks } from './books.ts';
import { createStage, type Stage } from './stage.ts';
import { waitUntil } from './wait.ts';

const CALLS = 10;

interface Lease {
  readonly spec: { readonly holderIdentity?: string; readonly leaseTransitions?: number };
}

const leads = ({ log }: Operator): boolean => log.some(({ msg }) => msg === 'this process leads');

const leaderGauge = async ({ metricsURL }: Operator): Promise<string | undefined> => {
  const text = await (await fetch(`${metricsURL}/metrics`)).text();
  return /^callscribe_leader (\d)$/m.exec(text)?.[1];
};

const stageWithTwo = async (speechLatencyMs: number): Promise<Stage> => {
  const stage = await createStage({
    conversations: outboundCalls(CALLS),
    speech: { latencyMs: speechLatencyMs },
    flags: ['--leader-elect', '--lease-name=callscribe-test'],
    leaseInNamespace: true,
    startOperator: false,
  });
  const first = await stage.startOperator();
  await waitUntil(
    async () => leads(first) || undefined,
    20_000,
    () => 'nobody leads',
  );
  await stage.startOperator();
  return stage;
};

describe('two operators with --leader-elect', () => {
  it('work one at a time; the second one goes on where a killed leader was', async () => {
    await using stage = await stageWithTwo(1000);
    const [first, second] = stage.operators as readonly [Operator, Operator];
    await stage.apply('taken-over', { concurrency: 3 });
    await stage.until('taken-over', ({ counts }) => (counts?.transcribed ?? 0) >= 1 && counts?.inProgress === 3);
    expect([leads(first), leads(second)]).toEqual([true, false]);
    expect([await leaderGauge(first), await leaderGauge(second)]).toEqual(['1', '0']);
    const { reserved } = await readBooks(stage, 'taken-over');
    await first.kill();

    const run = await stage.untilFinished('taken-over', 90_000);
    expect(leads(second)).toBe(true);
    expect(run.status).toMatchObject({ phase: 'Succeeded', counts: { transcribed: CALLS } });
    const books = await readBooks(stage, 'taken-over');
    checkBooks(run, books);
    checkManners(stage);
    expect(books.rows.filter(({ status }) => status === 'unknown').length).toBeGreaterThanOrEqual(reserved.length - 1);
    const lease = await stage.get<Lease>('lease', 'callscribe-test');
    expect(lease?.spec.leaseTransitions).toBe(1);
  });

  it('hand over at once, and with nothing unknown, when the leader is asked to stop', async () => {
    await using stage = await stageWithTwo(800);
    const [first, second] = stage.operators as readonly [Operator, Operator];
    await stage.apply('handed-over', { concurrency: 2 });
    await stage.until('handed-over', ({ counts }) => (counts?.transcribed ?? 0) >= 1 && counts?.inProgress === 2);
    expect(await first.stop()).toBe(0);
    expect(first.log.some(({ msg }) => msg === 'the Lease was given back')).toBe(true);
    await waitUntil(
      async () => leads(second) || undefined,
      // Two retry periods: nobody waits for the Lease to run out.
      6000,
      () => 'the second one does not lead',
    );
    const run = await stage.untilFinished('handed-over');
    const books = await readBooks(stage, 'handed-over');
    checkBooks(run, books);
    expect(books.rows.map(({ status }) => status)).toEqual(Array.from({ length: CALLS }, () => 'success'));
  });

  it('stop working when the lead is lost, without being asked to', async () => {
    await using stage = await stageWithTwo(800);
    const [first, second] = stage.operators as readonly [Operator, Operator];
    await stage.apply('lost', { concurrency: 2 });
    await stage.until('lost', ({ counts }) => (counts?.transcribed ?? 0) >= 1 && counts?.inProgress === 2);
    const usurper = JSON.stringify({ spec: { holderIdentity: 'usurper', leaseDurationSeconds: 3 } });
    await stage.kubectl(['patch', 'lease', 'callscribe-test', '--type=merge', '-p', usurper]);
    await waitUntil(
      async () => first.log.some(({ msg }) => msg === 'the lead was lost') || undefined,
      15_000,
      () => 'the lead was not lost',
    );
    const run = await stage.untilFinished('lost', 90_000);
    expect(run.status).toMatchObject({ phase: 'Succeeded', counts: { transcribed: CALLS } });
    checkBooks(run, await readBooks(stage, 'lost'));
    // Whoever got the usurper's Lease did the rest; both go on living.
    expect(new Set([await leaderGauge(first), await leaderGauge(second)])).toEqual(new Set(['0', '1']));
  });
});
