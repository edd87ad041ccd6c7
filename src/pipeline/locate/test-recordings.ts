/**
 * Genesys Cloud in memory for the tests of this folder: conversations, what their recordings look like, and how batch requests of
 * them go.
 * @module
 */
import type { Clock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { BatchResult, BatchStatus } from '../genesys/client.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Located } from '../run/context.ts';
import type { Conversation } from '../types.ts';
import { createLocator } from './locate.ts';
import type { LocateOptions } from './locate.ts';

export const NOW_MS = Date.UTC(2026, 10, 24);

export const conversationOf = (conversationId: string, more: Partial<Conversation> = {}): Conversation => ({
  conversationId,
  startAtMs: NOW_MS - 7_200_000,
  endAtMs: NOW_MS - 7_000_000,
  direction: 'outbound',
  divisionIds: [],
  isRecorded: true,
  participants: [],
  ...more,
});

export const rowOf = (id: string, more: JSONObject = {}): JSONObject => ({
  id,
  media: 'audio',
  fileState: 'AVAILABLE',
  startTime: '2026-11-23T22:00:00Z',
  endTime: '2026-11-23T22:01:00Z',
  mediaUris: { S: { mediaUri: `https://media/${id}/transcoded` } },
  ...more,
});

export const fileOf = (conversationId: string, recordingId: string, more: Partial<BatchResult> = {}): BatchResult => ({
  conversationId,
  recordingId,
  url: `https://media/${recordingId}/original`,
  contentType: 'audio/wav',
  ...more,
});

export const errorOf = (conversationId: string, recordingId: string, error = 'no'): BatchResult => ({
  conversationId,
  recordingId,
  error,
});

export const failure = (code: CallscribeError['code'], status?: number): CallscribeError =>
  new CallscribeError(code, `it was answered with ${code}`, status === undefined ? {} : { status });

type Maybe<T> = T | CallscribeError;

export interface Scene {
  /** What each look at a batch request shows; the last one stays. An error ends the request. */
  readonly batches?: readonly Maybe<BatchStatus>[];
  readonly submit?: CallscribeError;
  readonly metadata?: Readonly<Record<string, Maybe<readonly JSONObject[]>>>;
  /** What each question for the recordings of a conversation is answered with; the last one stays. */
  readonly recordings?: Readonly<Record<string, readonly Maybe<readonly JSONObject[] | 202>[]>>;
  readonly restore?: CallscribeError;
}

export const complete = (...results: readonly BatchResult[]): BatchStatus => ({
  isComplete: true,
  isPartial: false,
  results,
});
export const underWay = (...results: readonly BatchResult[]): BatchStatus => ({
  isComplete: false,
  isPartial: false,
  results,
});

const valueOf = <T>(value: Maybe<T>): T => {
  if (value instanceof CallscribeError) throw value;
  return value;
};

/** Sleeps take no time; the clock moves on with them. */
export const swiftClock = (): Clock & { readonly waits: number[] } => {
  let nowMs = NOW_MS;
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
      // Others have their turn.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      signal?.throwIfAborted();
    },
  };
};

export const setScene = (scene: Scene, more: Partial<LocateOptions> = {}) => {
  const { batches = [], metadata = {}, recordings = {} } = scene;
  const clock = swiftClock();
  const calls: string[] = [];
  const asked = new Map<string, number>();
  const next = <T>(what: string, steps: readonly Maybe<T>[]): T => {
    const count = asked.get(what) ?? 0;
    asked.set(what, count + 1);
    const step = steps[Math.min(count, steps.length - 1)];
    if (step === undefined) throw failure('CSC_GENESYS_NOT_FOUND', 404);
    return valueOf(step);
  };
  const client: LocateOptions['client'] = {
    submitBatch: async (items) => {
      calls.push(`batch of ${items.length}`);
      if (scene.submit) throw scene.submit;
      return 'job';
    },
    batchStatus: async () => {
      calls.push('look');
      return next('batch', batches);
    },
    recordingMetadata: async (id) => {
      calls.push(`metadata ${id}`);
      return valueOf(metadata[id] ?? failure('CSC_GENESYS_NOT_FOUND', 404));
    },
    recordings: async (id, { formatId }) => {
      calls.push(`list ${id} ${formatId}`);
      const answer = next(id, recordings[id] ?? []);
      return answer === 202 ? { status: 202 } : { status: 200, recordings: answer };
    },
    restoreRecording: async ({ recordingId }) => {
      calls.push(`restore ${recordingId}`);
      if (scene.restore) throw scene.restore;
    },
  };
  const locator = createLocator({
    client,
    clock,
    random: () => 0.5,
    accepts: (type) => type === 'audio/wav',
    ...more,
  });
  const signal = new AbortController().signal;
  const locate = async (...conversations: readonly Conversation[]): Promise<readonly Located[]> => {
    const all: Located[] = [];
    await locator.locate(conversations, (located) => all.push(located), signal);
    return all;
  };
  return { locator, locate, calls, clock, signal };
};

const one = (located: Located): string => {
  switch (located.kind) {
    case 'Recording': {
      const { recordingId, skip, mediaUris, isBrief } = located.recording;
      const uri = [...mediaUris.values()].join(' ').replaceAll('https://media/', '');
      return `${recordingId}: ${skip ?? uri}${isBrief ? ' (brief)' : ''}`;
    }
    case 'Later':
      return `${located.conversation.conversationId}: later, ${located.wait}, otherwise [${shown(located.otherwise).join()}]`;
    default:
      return `${located.conversation.conversationId}: ${located.kind} ${located.error.code}`;
  }
};

/** What was located, for people: `recording: address` or `conversation: outcome`. */
export const shown = (located: readonly Located[]): readonly string[] => located.map(one);
