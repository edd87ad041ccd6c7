/**
 * Destinations that do not take what was paid for: it is kept, also over the operator's death, and never paid for again.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { TranscriptionRunStatus } from '../../src/api/types.ts';
import { callscribe } from '../cli/command.ts';
import type { Fault } from '../fakes/faults.ts';
import type { WorldConversation } from '../genesys/world.ts';
import { checkBooks, checkManners, readBooks } from './books.ts';
import { accountsOf, checkInvariants, heldSecrets } from './invariants.ts';
import { shortCalls } from './short-calls.ts';
import { createStage, type Stage } from './stage.ts';
import { waitUntil } from './wait.ts';

const HTTP = { http: { urlSecretRef: { name: 'destination' } } };
const toHTTP = { transcripts: { destinations: [HTTP] } };

const always = (status: number, more: Partial<Fault> = {}): Fault => ({
  path: /./u,
  status,
  times: Number.POSITIVE_INFINITY,
  ...more,
});

const hasCondition =
  (type: string) =>
  ({ conditions }: TranscriptionRunStatus): boolean =>
    conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

const idsOf = (calls: readonly WorldConversation[]): string[] =>
  calls.flatMap(({ recordings }) => recordings.map(({ recordingId }) => recordingId));

const untilHeld = (stage: Stage, run: string, count: number): Promise<readonly string[]> =>
  waitUntil(
    async () => {
      const held = await heldSecrets(stage, run);
      return held.length === count ? held : undefined;
    },
    60_000,
    () => `not ${count} transcripts are held`,
  );

const transcript = (stage: Stage, ...args: readonly string[]) =>
  callscribe(['transcript', ...args, `--namespace=${stage.namespace}`], {
    env: { KUBECONFIG: stage.access.kubeconfig },
  }).ended;

interface Secret {
  readonly type: string;
  readonly metadata: { readonly ownerReferences?: readonly object[] };
}

describe.concurrent('a destination', () => {
  it('that is away gets all when it is back, over two deaths of the operator and without a second payment', async () => {
    const calls = shortCalls(6);
    await using stage = await createStage({ conversations: calls });
    stage.destination.faults.next(always(503));
    await stage.apply('away', { ...toHTTP, concurrency: 6 });
    const [secret = ''] = await untilHeld(stage, 'away', calls.length);
    expect(stage.speech.meter().billedRequests).toBe(calls.length);

    const owner = (await stage.run('away'))?.metadata.uid;
    expect(await stage.get<Secret>('secret', secret)).toMatchObject({
      type: 'callscribe.dev/transcript',
      metadata: { ownerReferences: [{ kind: 'TranscriptionRun', name: 'away', uid: owner }] },
    });
    const [first = ''] = idsOf(calls);
    const shown = await transcript(stage, 'away', first);
    expect(JSON.parse(shown.stdout)).toMatchObject({ recordingId: first, turns: [{ role: 'customer' }] });

    // Nothing of it is anywhere else.
    const [turn] = (JSON.parse(shown.stdout) as { readonly turns: readonly { readonly text: string }[] }).turns;
    const everywhere = await stage.kubectl(['get', 'trun,cm,events', '-o', 'json']);
    const logged = JSON.stringify(stage.operators.map(({ log }) => log));
    expect(turn?.text.length).toBeGreaterThan(10);
    expect(everywhere).not.toContain(turn?.text);
    expect(logged).not.toContain(turn?.text);

    await stage.operators.at(-1)?.kill();
    await stage.startOperator();
    await stage.until('away', ({ recordings }) => recordings?.every((one) => one.stage === 'Deliver') ?? false);
    expect(await heldSecrets(stage, 'away')).toHaveLength(calls.length);
    await stage.operators.at(-1)?.kill();
    stage.destination.faults.clear();
    await stage.startOperator();

    const run = await stage.untilFinished('away');
    expect(run.status?.phase).toBe('Succeeded');
    const books = await checkInvariants(stage, run, { calls, deaths: 0 });
    expect(stage.speech.meter().billedRequests).toBe(calls.length);
    expect(books.rows.map(({ status }) => status)).toEqual(calls.map(() => 'success'));
    expect((await transcript(stage, 'away', first)).how).toBe(2);
    checkManners(stage);
  });

  it('that refuses everything stops all spending, also after a restart, until it is mended', async () => {
    const calls = shortCalls(40);
    await using stage = await createStage({ conversations: calls });
    stage.destination.faults.next(always(403));
    await stage.apply('refused', { ...toHTTP, concurrency: 2 });
    const { status } = await stage.until('refused', hasCondition('DestinationRejected'));
    expect(status?.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'DestinationRejected', reason: 'CSC_DESTINATION_REJECTED' }),
        expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'CSC_DESTINATION_REJECTED' }),
        expect.objectContaining({ type: 'Ready', status: 'False' }),
      ]),
    );
    const held = await waitUntil(
      async () => (stage.speech.meter().inFlight === 0 ? heldSecrets(stage, 'refused') : undefined),
      10_000,
      () => 'speech is still being paid for',
    );
    // Three that were refused, and what was at the service at that moment.
    expect(held.length).toBeLessThanOrEqual(4);
    expect(stage.speech.meter().billedRequests).toBe(held.length);

    await stage.operators.at(-1)?.kill();
    await stage.startOperator();
    await stage.until('refused', hasCondition('DestinationRejected'));
    const offers = stage.destination.faults.left();
    expect(offers).toBe(1);
    expect(stage.speech.meter().billedRequests).toBe(held.length);

    stage.destination.faults.clear();
    const run = await stage.untilFinished('refused', 90_000);
    expect(run.status?.phase).toBe('Succeeded');
    expect(hasCondition('DestinationRejected')(run.status ?? {})).toBe(false);
    await checkInvariants(stage, run, { calls, deaths: 0 });
    expect(stage.speech.meter().billedRequests).toBe(calls.length);
    checkManners(stage);
  }, 180_000);

  it('that refuses one transcript fails that one, and keeps it for a person', async () => {
    const calls = shortCalls(5);
    await using stage = await createStage({ conversations: calls });
    stage.destination.faults.next({ path: /./u, status: 422, skip: 1 });
    await stage.apply('one', { ...toHTTP, concurrency: 1 });
    const run = await stage.untilFinished('one');
    expect(run.status).toMatchObject({ phase: 'PartiallyFailed', counts: { transcribed: 4, failed: 1 } });
    const books = await readBooks(stage, 'one');
    checkBooks(run, books);
    const refused = books.rows.find(({ status }) => status === 'failed');
    expect(refused).toMatchObject({ errorCode: 'CSC_DELIVERY_REJECTED', outcome: 'Failed' });
    expect(Number(refused?.costUSD)).toBeGreaterThan(0);
    expect(stage.speech.meter().billedRequests).toBe(5);
    const shown = await transcript(stage, 'one', refused?.mediaId ?? '');
    expect(JSON.parse(shown.stdout)).toMatchObject({ recordingId: refused?.mediaId });

    // It goes with its run.
    await stage.kubectl(['delete', 'trun', 'one']);
    await waitUntil(
      async () => ((await heldSecrets(stage, 'one')).length === 0 ? true : undefined),
      30_000,
      () => 'the transcript is still there',
    );
  });

  it('of two that takes what the other refuses is not given it again', async () => {
    const calls = shortCalls(8);
    await using stage = await createStage({ conversations: calls });
    stage.genesys.faults.next(always(403, { path: /interactions\/transcripts/u }));
    await stage.apply('both', { transcripts: { destinations: [{ genesysInteraction: {} }, HTTP] }, concurrency: 1 });
    await stage.until('both', hasCondition('DestinationRejected'));
    const held = await heldSecrets(stage, 'both');
    expect(stage.destination.documents.size).toBe(held.length);
    expect(stage.genesys.transcripts.size).toBe(0);

    await stage.operators.at(-1)?.kill();
    await stage.startOperator();
    await stage.until('both', hasCondition('DestinationRejected'));
    stage.genesys.faults.clear();
    const run = await stage.untilFinished('both', 90_000);
    const books = await checkInvariants(stage, run, { calls, deaths: 0 });
    for (const { delivered } of accountsOf(stage, { run, books }, calls)) expect(delivered).toEqual([1, 1]);
    checkManners(stage);
  }, 180_000);
});
