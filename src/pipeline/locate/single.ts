/**
 * The recordings of one conversation by a single GET, which also transcodes them. Nearly every first question is answered with 202
 * while that is under way.
 * @module
 */
import type { Clock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { GenesysClient } from '../genesys/client.ts';
import type { Conversation } from '../types.ts';
import { readRecording } from './recording.ts';
import type { RecordingFacts } from './recording.ts';

export interface SingleOptions {
  readonly client: Pick<GenesysClient, 'recordings'>;
  readonly clock: Clock;
  /** What Genesys transcodes to. `WAV` can be measured exactly and keeps both channels. */
  readonly formatId: string;
}

const FIRST_WAIT_MS = 2000;
const SHORTEST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;
/** How long transcoding is waited for here; after that the conversation has its turn later. */
const PATIENCE_MS = 60_000;

const uniqueById = (recordings: readonly RecordingFacts[]): readonly RecordingFacts[] => [
  ...new Map(recordings.map((facts) => [facts.recordingId, facts])).values(),
];

/** Undefined while Genesys transcodes. Rejects with an error of the client, a 404 aside: that is an empty list. */
export type ListRecordings = (
  conversation: Conversation,
  signal: AbortSignal,
) => Promise<readonly RecordingFacts[] | undefined>;

/** Learns how long transcoding takes, so that a second question is mostly enough. */
export const createListRecordings = ({ client, clock, formatId }: SingleOptions): ListRecordings => {
  let usualWaitMs = FIRST_WAIT_MS;

  const ask = async ({ conversationId }: Conversation, signal: AbortSignal) => {
    try {
      return await client.recordings(conversationId, { formatId }, signal);
    } catch (error) {
      const isUnknown = error instanceof CallscribeError && error.code === 'CSC_GENESYS_NOT_FOUND';
      if (isUnknown) return { status: 200, recordings: [] } as const;
      throw error;
    }
  };

  const learn = (waitedMs: number, questions: number): void => {
    if (questions === 2) usualWaitMs = Math.max(SHORTEST_WAIT_MS, Math.round(usualWaitMs * 0.9));
    if (questions > 2) usualWaitMs = Math.min(LONGEST_WAIT_MS, waitedMs);
  };

  return async (conversation, signal) => {
    let waitedMs = 0;
    for (let questions = 1, waitMs = usualWaitMs; ; questions += 1, waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      const answer = await ask(conversation, signal);
      if (answer.status === 200) {
        learn(waitedMs, questions);
        const rows = answer.recordings.map((row) => readRecording(row, 'Recording'));
        return uniqueById(rows.filter((facts) => facts !== undefined));
      }
      if (waitedMs >= PATIENCE_MS) return undefined;
      await clock.sleep(waitMs, signal);
      waitedMs += waitMs;
    }
  };
};
