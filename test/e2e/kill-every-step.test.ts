/**
 * The operator is killed, by SIGKILL, right after each of its effects on the outside world, and another one goes on. Nothing is
 * lost, and what may have been spent is on the books: held against what the simulators saw. A first run without a fault tells which
 * effects there are.
 * @module
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Fault } from '../fakes/faults.ts';
import { worldOf } from '../genesys/world.ts';
import { checkManners, microsOf } from './books.ts';
import { checkInvariants } from './invariants.ts';
import { shortCalls } from './short-calls.ts';
import { createStage, type Stage } from './stage.ts';

const stage = await createStage({ startOperator: false });

afterAll(async () => {
  checkManners(stage);
  await stage[Symbol.asyncDispose]();
});

interface Scenario {
  readonly name: string;
  readonly calls: number;
  readonly spec?: Parameters<Stage['apply']>[1];
  /** Of the HTTP destination. */
  readonly faults: readonly Fault[];
}

const scenarios: readonly Scenario[] = [
  { name: 'all goes well', calls: 2, faults: [] },
  // As often as a delivery is tried at once, so that the transcript goes into the outbox.
  {
    name: 'a transcript goes through the outbox',
    calls: 1,
    spec: { transcripts: { destinations: [{ http: { urlSecretRef: { name: 'destination' } } }] } },
    faults: [{ path: /./u, status: 503, times: 3 }],
  },
];

let serial = 0;

/** One run with an operator that is killed at `point`, and another one in its place. Gives the effects of the first. */
const play = async ({ calls: count, spec, faults }: Scenario, point: string): Promise<readonly string[]> => {
  serial += 1;
  const calls = shortCalls(count, { from: serial * 10 });
  stage.genesys.world.replace(worldOf(calls));
  stage.destination.faults.clear();
  stage.destination.faults.next(...faults);
  const name = `kill-${serial}`;
  // One at a time, so that the effects come in the same order each time.
  await stage.apply(name, { ...spec, concurrency: 1, cost: { budget: '0.001' } });
  const operator = await stage.startOperator({ env: { CALLSCRIBE_FAULT_POINT: point } });
  try {
    if (point !== 'none') {
      expect(await operator.ended).toBe('SIGKILL');
      await stage.startOperator();
    }
    const run = await stage.untilFinished(name);
    await checkInvariants(stage, run, { calls, deaths: point === 'none' ? 0 : 1 });
    expect(run.status?.phase).toBe('Succeeded');
    const { settled = '', unknown = '' } = run.status?.cost ?? {};
    expect(microsOf(settled) + microsOf(unknown)).toBeLessThanOrEqual(1000);
  } finally {
    await Promise.all(stage.operators.map((each) => each.kill()));
  }
  return operator.log.filter(({ msg }) => msg === 'fault point').map((line) => String(line['point']));
};

/** Of patches of the status only the first and the last are sure: between them there is one for each second. */
const isSure = (point: string): boolean => !/^PATCH transcriptionruns\/status ([3-9]|\d\d)/.test(point);

const seen = new Set<string>();

for (const scenario of scenarios) {
  // What the scenarios have in common is played once.
  const points = (await play(scenario, 'none')).filter((point) => isSure(point) && !seen.has(point));
  for (const point of points) seen.add(point);

  describe(`where ${scenario.name}, an operator that is killed after`, () => {
    it.each(points)('%s', async (point) => {
      expect(await play(scenario, point)).toContain(point);
    });
  });
}

it('no effect that matters was left out', () => {
  const effects = new Set([...seen].map((point) => point.replace(/ \d+$/, '')));
  for (const effect of [
    'PATCH transcriptionruns/status',
    'POST configmaps',
    'PUT configmaps',
    'POST secrets',
    'DELETE secrets',
    'POST /v1/transcribe',
    'POST /api/v2/interactions/transcripts',
    'POST /transcripts',
  ]) {
    expect(effects).toContain(effect);
  }
});
