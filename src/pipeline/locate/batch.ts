/**
 * One batch download request: submitted once, looked at until it is complete. Its results appear little by little, and those of a
 * conversation are passed on as soon as nothing more seems to come for it.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import type { BatchResult, BatchStatus, GenesysClient } from '../genesys/client.ts';
import { backoffMs } from '../retry/backoff.ts';
import type { Conversation } from '../types.ts';

/** The most that one request takes. */
export const LARGEST_BATCH = 100;

export interface BatchOptions {
  readonly client: Pick<GenesysClient, 'submitBatch' | 'batchStatus'>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface BatchListener {
  /** Once for each conversation. `isLate`: there are more results than last time, or others. */
  readonly onResults: (conversation: Conversation, results: readonly BatchResult[], isLate: boolean) => void;
  /** The request did not become complete; what is known of the conversation may not be all. */
  readonly onAbandoned: (conversation: Conversation) => void;
}

const FIRST_POLL_MS = 1000;
const POLL_BACKOFF = { baseMs: 2000, capMs: 10_000 };
/** Nobody documents how long a request may take. */
const LONGEST_MS = 10 * 60_000;

/** What is known of one conversation of the request. */
class Entry {
  readonly conversation: Conversation;
  #results: readonly BatchResult[] = [];
  #told = 0;
  #isTold = false;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
  }

  get isTold(): boolean {
    return this.#isTold;
  }

  /** Takes the results of a look; tells them when they are all, or when this look brought nothing new. */
  update(results: readonly BatchResult[], { isComplete, isPartial }: BatchStatus, listener: BatchListener): void {
    if (isComplete && isPartial) return this.#distrust(results, listener);
    const { onResults } = listener;
    const isQuiet = results.length > 0 && results.length === this.#results.length;
    this.#results = results;
    if (!this.#isTold && (isComplete || isQuiet)) this.#tell(false, onResults);
    else if (this.#isTold && isComplete && results.length !== this.#told) this.#tell(true, onResults);
  }

  /** Nobody knows whose results are missing. */
  #distrust(results: readonly BatchResult[], { onResults, onAbandoned }: BatchListener): void {
    if (this.#isTold) onResults(this.conversation, results, true);
    else onAbandoned(this.conversation);
  }

  #tell(isLate: boolean, onResults: BatchListener['onResults']): void {
    this.#isTold = true;
    this.#told = this.#results.length;
    onResults(this.conversation, this.#results, isLate);
  }
}

const byConversation = ({ results }: BatchStatus): ReadonlyMap<string, BatchResult[]> =>
  Map.groupBy(results, ({ conversationId }) => conversationId);

/**
 * Runs one request. Rejects where it cannot be submitted, or be looked at, with the error of the client; by then some conversations
 * may have been told. Resolves when it is complete or abandoned.
 */
export const runBatch = async (
  conversations: readonly Conversation[],
  { client, clock, random }: BatchOptions,
  listener: BatchListener,
  signal: AbortSignal,
): Promise<void> => {
  const items = conversations.map(({ conversationId }) => ({ conversationId }));
  const jobId = await client.submitBatch(items, signal);
  const entries = conversations.map((conversation) => new Entry(conversation));
  const deadlineAtMs = clock.now() + LONGEST_MS;
  for (let polls = 1, seen = 0; clock.now() < deadlineAtMs; polls += 1) {
    await clock.sleep(FIRST_POLL_MS + (polls > 1 ? backoffMs(polls, POLL_BACKOFF, random) : 0), signal);
    const status = await client.batchStatus(jobId, signal);
    const results = byConversation(status);
    for (const entry of entries) {
      entry.update(results.get(entry.conversation.conversationId) ?? [], status, listener);
    }
    if (status.isComplete) return;
    // As long as something comes it is worth looking again soon.
    if (status.results.length > seen) polls = 1;
    seen = status.results.length;
  }
  for (const entry of entries) if (!entry.isTold) listener.onAbandoned(entry.conversation);
};
