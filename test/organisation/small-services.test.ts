/**
 * Services that have less than Genesys Cloud: gateways, and organisations whose client may not do everything.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../fakes/faults.ts';
import { DAY_START_MS } from '../genesys/calls.ts';
import { worldOf } from '../genesys/world.ts';
import { fates } from './fates.ts';
import { work } from './organisation.ts';

const window = { fromMs: DAY_START_MS, toMs: DAY_START_MS + 86_400_000 };
const always = { times: Number.POSITIVE_INFINITY } as const;

const conversations = [
  'plain',
  'mono',
  'twoFiles',
  'transcodedSlowly',
  'archived',
  'screen',
  'station',
  'lost',
  'goesOn',
].map((name, index) => {
  const fate = fates[name];
  if (!fate) throw new Error(`there is no ${name}`);
  return { call: fate.make(index + 1, DAY_START_MS + index * 60_000), ends: fate.ends };
});

const works = async (faults: readonly Fault[], spanDays = 1) => {
  const { summary, rows, genesys } = await work({
    window: { ...window, fromMs: window.toMs - spanDays * 86_400_000 },
    genesys: { world: worldOf(conversations.map(({ call }) => call)), faults },
  });
  expect(summary.ending, JSON.stringify(summary.error)).toBe('Completed');
  for (const { call, ends } of conversations) {
    const found = rows.filter(
      ({ conversationId, outcome }) => conversationId === call.conversationId && outcome !== '',
    );
    const sorted = (list: readonly string[]) => list.toSorted((a, b) => a.localeCompare(b));
    expect(sorted(found.map(({ outcome, errorCode }) => `${outcome} ${errorCode}`))).toEqual(sorted(ends));
  }
  return genesys.calls;
};

describe('a service without batch requests and details jobs', () => {
  it.each([404, 405, 501])('answers %i for them, and everything works all the same', async (status) => {
    const missing: Fault = { path: /batchrequests|details\/jobs/u, status, ...always };
    const calls = await works([missing]);
    expect(calls.filter(({ path }) => path.includes('batchrequests'))).toHaveLength(1);
  });

  it('is read by queries also where the window is long', async () => {
    const missing: Fault = { path: /batchrequests|details\/jobs/u, status: 404, ...always };
    const calls = await works([missing], 9);
    expect(calls.filter(({ path }) => path.endsWith('details/query')).length).toBeGreaterThanOrEqual(9);
  });
});

it('a service that is away for a while is waited for', async () => {
  const calls = await works([{ path: /^\/api\//u, status: 503, times: 12 }]);
  expect(calls.filter(({ status }) => status === 503)).toHaveLength(12);
});

it('a window of nine days is read by jobs', async () => {
  const calls = await works([], 9);
  expect(calls.some(({ path }) => path.endsWith('/results'))).toBe(true);
  expect(calls.some(({ path }) => path.endsWith('details/query'))).toBe(true);
});
