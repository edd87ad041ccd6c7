/**
 * For random organisations, windows and faults: every conversation ends as the world implies, every recording is transcribed once, and
 * no request breaks a rule of the service.
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_START_MS } from '../genesys/calls.ts';
import { worldOf } from '../genesys/world.ts';
import type { Fault } from '../fakes/faults.ts';
import { fates, shared, SHARED_ENDS } from './fates.ts';
import { work } from './organisation.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const API = /^\/api\/v2\/(analytics|recording|conversations)/u;
const QUERY = /details\/query$/u;
const RESULTS = /results$/u;
const BATCH = /batchrequests\/./u;
const MEDIA = /^\/recordings\//u;

/** What passes by itself, or what a page or an address is not as it should be. */
const faultsOfAPI: readonly Fault[] = [
  { path: API, status: 500 },
  { path: API, status: 503 },
  { path: API, status: 504 },
  { path: API, status: 429, headers: { 'retry-after': '2' } },
  { path: API, drop: 'reset' },
  { path: API, drop: 'truncate' },
  { path: API, drip: { pieces: 3, everyMs: 5 } },
  { path: API, quirk: 'tokenDeath' },
  { path: /oauth/u, status: 503 },
  { path: QUERY, quirk: 'duplicatedPage' },
  { path: QUERY, quirk: 'shiftedPage' },
  { path: QUERY, quirk: 'fewerHits' },
  { path: QUERY, quirk: 'moreHits' },
  { path: RESULTS, quirk: 'duplicatedPage' },
  { path: RESULTS, quirk: 'expiredJob' },
  { path: /details\/jobs\/[^/]+$/u, method: 'GET', quirk: 'failedJob' },
  { path: BATCH, quirk: 'partialBatch' },
  { path: BATCH, quirk: 'expiredURL' },
];

/** Each of these uses one of the four attempts of a recording. */
const faultsOfMedia: readonly Fault[] = [
  { path: MEDIA, status: 503 },
  { path: MEDIA, status: 403 },
  { path: MEDIA, drop: 'reset' },
  { path: MEDIA, drop: 'truncate' },
];

const names = Object.keys(fates);
const faultsFrom = (list: readonly Fault[], maxLength: number) =>
  fc.array(
    fc
      .record({ fault: fc.constantFrom(...list), skip: fc.oneof(fc.constant(0), fc.nat(2), fc.nat(12)) })
      .map(({ fault, skip }) => ({ ...fault, skip })),
    { maxLength },
  );

const withOneDeath = (faults: readonly Fault[]): readonly Fault[] => {
  const first = faults.find(({ quirk }) => quirk === 'tokenDeath');
  return faults.filter((fault) => fault.quirk !== 'tokenDeath' || fault === first);
};

const organisations = fc.record({
  calls: fc.array(fc.record({ name: fc.constantFrom(...names), minute: fc.nat(1439) }), {
    minLength: 1,
    maxLength: 24,
  }),
  hasShared: fc.boolean(),
  from: fc.nat(600),
  length: fc.integer({ min: 60, max: 1440 }),
  /** A window of more than a week is read by details jobs, as far as their data go. */
  isLong: fc.boolean(),
  availableUntil: fc.nat(1439),
  // A token that is refused right after a login says that the client is, and eight failures in a row are all attempts of a call.
  api: faultsFrom(faultsOfAPI, 6).map(withOneDeath),
  media: faultsFrom(faultsOfMedia, 3),
  resultsPerPoll: fc.integer({ min: 1, max: 30 }),
});

const byText = (one: string, other: string): number => one.localeCompare(other);

describe('whatever happens', () => {
  it('every conversation ends as it has to, every recording is transcribed once, and no rule is broken', async () => {
    const property = fc.asyncProperty(organisations, async (given) => {
      const at = (minute: number): number => DAY_START_MS + minute * MINUTE_MS;
      const calls = given.calls.map(({ name, minute }, index) => {
        const { make, ends } = fates[name] ?? { make: shared, ends: [] };
        return { conversation: make(index + 1, at(minute)), ends };
      });
      const both = given.hasShared ? [shared(901, at(100)), shared(902, at(200))] : [];
      const window = {
        fromMs: at(given.from) - (given.isLong ? 9 * DAY_MS : 0),
        toMs: at(given.from + given.length),
      };
      const isIn = ({ startAtMs }: { readonly startAtMs: number }) =>
        window.fromMs <= startAtMs && startAtMs < window.toMs;
      const world = worldOf([...calls.map(({ conversation }) => conversation), ...both]);
      const { summary, rows, journal, genesys, speech } = await work({
        window,
        genesys: {
          world: { ...world, availableUntilMs: at(given.availableUntil) },
          faults: [...given.api, ...given.media],
          batchResultsPerPoll: given.resultsPerPoll,
        },
      });
      expect(summary.ending, JSON.stringify(summary.error)).toBe('Completed');
      expect(genesys.violations).toEqual([]);
      expect(speech.violations).toEqual([]);
      expect(journal.violations).toEqual([]);

      const finals = rows.filter(({ outcome }) => outcome !== '');
      const endsOf = (ids: readonly string[]): readonly string[] =>
        finals
          .filter(({ conversationId }) => ids.includes(conversationId))
          .map(({ outcome, errorCode }) => `${outcome} ${errorCode}`)
          .toSorted(byText);
      for (const [index, { conversation, ends }] of calls.entries()) {
        const expected = isIn(conversation) ? ends.toSorted(byText) : [];
        expect(endsOf([conversation.conversationId]), given.calls[index]?.name).toEqual(expected);
      }
      const found = both.filter(isIn);
      const expectedOfBoth = found.length === 2 ? SHARED_ENDS : SHARED_ENDS.slice(2 - found.length);
      expect(endsOf(both.map(({ conversationId }) => conversationId))).toEqual(expectedOfBoth.toSorted(byText));

      const transcribed = finals.filter(({ outcome }) => outcome === 'Transcribed');
      expect(speech.meter().billedRequests).toBe(transcribed.length);
      expect(new Set(transcribed.map(({ recordingId }) => recordingId)).size).toBe(transcribed.length);
      expect([...genesys.transcripts.values()].flat()).toHaveLength(transcribed.length);
      expect(genesys.openJobs()).toBe(0);
      expect(summary.progress.counts.found).toBe(finals.length);
    });
    await fc.assert(property, { numRuns: 20, seed: 20_261_123, interruptAfterTimeLimit: 240_000 });
  }, 300_000);
});
