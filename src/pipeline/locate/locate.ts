/**
 * Conversation ─locate─► Recording: asks for the recordings of a conversation until all of them are there, or their time is
 * over. What passes by itself is waited for here, because to the run an error of this step is the end of the conversation.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { Selection } from '../find/selection.ts';
import type { GenesysClient } from '../genesys/client.ts';
import type { JSONObject } from '../genesys/read.ts';
import { backoffMs } from '../retry/backoff.ts';
import { isRetryableError } from '../retry/retrying.ts';
import type { Located } from '../run/context.ts';
import type { Conversation, Recording } from '../types.ts';
import { judge } from './recording.ts';

export interface LocateOptions {
  readonly client: Pick<GenesysClient, 'recordings'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly selection: Pick<Selection, 'minDurationSeconds'>;
  /** What Genesys transcodes to. Default `WAV`: it can be measured exactly and keeps both channels. */
  readonly formatId?: string;
  /** How long the recordings of one conversation are waited for. Default ten minutes. */
  readonly readyTimeoutMs?: number;
  /** How long after its end a conversation may still get a recording that is not listed yet. Default ten minutes. */
  readonly freshMs?: number;
}

export type Locate = (conversation: Conversation, signal: AbortSignal) => Promise<Located>;

const MINUTE_MS = 60_000;
/** The shortest wait, and the back-off on top of it: nearly every first question is answered with 202. */
const POLL_MS = 1000;
const POLL_BACKOFF = { baseMs: 2000, capMs: 30_000 };

/** `giveUp` is what holds once no more time is left: it returns or throws. */
type Look =
  { readonly kind: 'Done'; readonly located: Located } | { readonly kind: 'Waiting'; readonly giveUp: () => Located };

const NO_RECORDING: Located = { kind: 'NoRecording' };

const waitingWith = (error: unknown): Look => ({
  kind: 'Waiting',
  giveUp: () => {
    throw error;
  },
});

const notReady = (conversationId: string): CallscribeError =>
  new CallscribeError(
    'CSC_RECORDING_NOT_READY',
    `the recordings of conversation ${conversationId} were not ready in time`,
  );

const uniqueById = (recordings: readonly Recording[]): readonly Recording[] => [
  ...new Map(recordings.map((recording) => [recording.recordingId, recording])).values(),
];

const lookAtRows = (rows: readonly JSONObject[], conversation: Conversation, minDurationSeconds?: number): Look => {
  const judged = rows.map((row) => judge(row, conversation, minDurationSeconds)).filter((one) => one !== undefined);
  const located: Located = { kind: 'Recordings', recordings: uniqueById(judged.map(({ recording }) => recording)) };
  if (judged.every(({ kind }) => kind === 'Final')) return { kind: 'Done', located };
  // Those that are ready are not given up for the sake of one that is not.
  const hasUsable = judged.some(({ recording }) => recording.skip === undefined);
  return hasUsable ? { kind: 'Waiting', giveUp: () => located } : waitingWith(notReady(conversation.conversationId));
};

/**
 * The recordings of a conversation, each with the reason where it is not to be transcribed.
 *
 * The promise rejects with `CSC_RECORDING_NOT_READY` when none was ready in time, with what Genesys answered where waiting
 * is of no use (`CSC_GENESYS_FORBIDDEN`, …) or was of none, and with the reason of the signal.
 */
export const createLocate = (options: LocateOptions): Locate => {
  const { client, clock, random, selection, formatId = 'WAV' } = options;
  const { readyTimeoutMs = 10 * MINUTE_MS, freshMs = 10 * MINUTE_MS } = options;

  const lookAtNothing = ({ endAtMs }: Conversation): Look => {
    const isFresh = endAtMs !== undefined && clock.now() < endAtMs + freshMs;
    return isFresh ? { kind: 'Waiting', giveUp: () => NO_RECORDING } : { kind: 'Done', located: NO_RECORDING };
  };

  const look = async (conversation: Conversation, signal: AbortSignal): Promise<Look> => {
    const { conversationId } = conversation;
    try {
      const answer = await client.recordings(conversationId, { formatId }, signal);
      if (answer.status === 202) return waitingWith(notReady(conversationId));
      if (answer.recordings.length === 0) return lookAtNothing(conversation);
      return lookAtRows(answer.recordings, conversation, selection.minDurationSeconds);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CallscribeError && error.code === 'CSC_GENESYS_NOT_FOUND')
        return lookAtNothing(conversation);
      if (!isRetryableError(error)) throw error;
      return waitingWith(error);
    }
  };

  return async (conversation, signal) => {
    const deadlineAtMs = clock.now() + readyTimeoutMs;
    for (let polls = 1; ; polls += 1) {
      const seen = await look(conversation, signal);
      if (seen.kind === 'Done') return seen.located;
      const waitMs = POLL_MS + backoffMs(polls, POLL_BACKOFF, random);
      if (clock.now() + waitMs > deadlineAtMs) return seen.giveUp();
      await clock.sleep(waitMs, signal);
    }
  };
};

/**
 * The same recording with fresh signed addresses, for `createFetch`.
 *
 * The promise rejects as `locate` does, with `CSC_MEDIA_NOT_FOUND` where the recording is no longer listed, and with the code
 * of `skip` where it became unusable meanwhile.
 */
export const createRelocate =
  (locate: Locate) =>
  async (recording: Recording, signal: AbortSignal): Promise<Recording> => {
    const located = await locate(recording.conversation, signal);
    const { recordingId } = recording;
    const again =
      located.kind === 'Recordings' ? located.recordings.find((one) => one.recordingId === recordingId) : undefined;
    if (!again) throw new CallscribeError('CSC_MEDIA_NOT_FOUND', `recording ${recordingId} is no longer listed`);
    if (again.skip) throw new CallscribeError(again.skip, `recording ${recordingId} cannot be fetched any more`);
    return again;
  };
