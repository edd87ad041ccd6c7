/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import { runBatch } from './batch.ts';
import type { BatchOptions } from './batch.ts';
import type { BatchStatus } from '../genesys/client.ts';
import { complete, conversationOf, fileOf, swiftClock, underWay } from './test-recordings.ts';

const run = async (statuses: readonly BatchStatus[], ids: readonly string[] = ['a', 'b', 'c']) => {
  const told: string[] = [];
  const clock = swiftClock();
  let looks = 0;
  const client: BatchOptions['client'] = {
    submitBatch: async () => 'job',
    batchStatus: async () => {
      const status = statuses[Math.min(looks, statuses.length - 1)];
      looks += 1;
      if (!status) throw new Error('there is no status');
      return status;
    },
  };
  const tell = (what: string): void => void told.push(`${looks}: ${what}`);
  await runBatch(
    ids.map((id) => conversationOf(id)),
    { client, clock, random: () => 0.5 },
    {
      onResults: ({ conversationId }, results, isLate) =>
        tell(`${conversationId} ${results.map(({ recordingId }) => recordingId).join()}${isLate ? ' late' : ''}`),
      onAbandoned: ({ conversationId }) => tell(`${conversationId} abandoned`),
    },
    new AbortController().signal,
  );
  return { told, looks, waits: clock.waits };
};

const a = fileOf('a', 'ra');
const b = fileOf('b', 'rb');

describe('runBatch', () => {
  it('tells everything when the request is complete', async () => {
    expect((await run([complete(a, b)])).told).toEqual(['1: a ra', '1: b rb', '1: c ']);
  });

  it('tells a conversation as soon as nothing more seems to come for it', async () => {
    const { told } = await run([underWay(a), underWay(a, b), underWay(a, b), complete(a, b)]);
    expect(told).toEqual(['2: a ra', '3: b rb', '4: c ']);
  });

  it('tells once more what came late', async () => {
    const second = fileOf('a', 'ra2');
    const { told } = await run([underWay(a), underWay(a), complete(a, second)], ['a']);
    expect(told).toEqual(['2: a ra', '3: a ra,ra2 late']);
  });

  it('looks again soon as long as something comes, and more seldom when nothing does', async () => {
    const { waits } = await run([underWay(), underWay(), underWay(a), underWay(a), underWay(a), complete(a)], ['a']);
    expect(waits).toEqual([1000, 3000, 5000, 3000, 5000, 6000]);
  });

  it('does not trust one that is complete and has less than it announced', async () => {
    const { told } = await run([underWay(a), underWay(a), { ...complete(a), isPartial: true }], ['a', 'b']);
    expect(told).toEqual(['2: a ra', '3: a ra late', '3: b abandoned']);
  });

  it('does not look for ever', async () => {
    const { told, waits } = await run([underWay(a)], ['a', 'b']);
    expect(told.map((line) => line.replace(/^\d+: /u, ''))).toEqual(['a ra', 'b abandoned']);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(620_000);
  });
});
