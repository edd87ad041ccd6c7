/**
 * Conversation ─locate─► Recording. Batch requests are the rule: one for a hundred conversations. Where that is not enough to
 * decide, or does not work, the conversation is asked for by itself.
 * @module
 */
import pLimit from 'p-limit';
import type { Clock, Random } from '../../clock.ts';
import { CallscribeError, toCallscribeError } from '../../errors.ts';
import type { BatchResult, GenesysClient } from '../genesys/client.ts';
import type { Located } from '../run/context.ts';
import type { Conversation, Recording } from '../types.ts';
import { LARGEST_BATCH, runBatch } from './batch.ts';
import { createDetails } from './details.ts';
import type { Details } from './details.ts';
import { createPace } from './pace.ts';
import { createRenewal } from './renew.ts';
import type { Renewal } from './renew.ts';
import { FileBook } from './file-book.ts';
import { readBatch } from './results.ts';
import { createListRecordings } from './single.ts';

export interface LocateOptions {
  readonly client: Pick<
    GenesysClient,
    'recordings' | 'recordingMetadata' | 'submitBatch' | 'batchStatus' | 'restoreRecording'
  >;
  readonly clock: Clock;
  readonly random: Random;
  readonly minDurationSeconds?: number | undefined;
  /** Archived recordings are brought back. */
  readonly restores?: boolean;
  /** No audio is needed: only what there is, and how long. */
  readonly isDryRun?: boolean;
  /** Whether the speech service takes audio of this type. What it does not take is transcoded to WAV. */
  readonly accepts: (contentType: string) => boolean;
}

/** Called once for each thing that is found out of a conversation. */
export type OnLocated = (located: Located) => void;

export interface Locator extends Renewal {
  /**
   * Resolves when all conversations are decided or put off. Rejects with `CSC_GENESYS_FORBIDDEN` where the client may see no
   * recordings at all, with what would end the run for every other reason, or with the reason of the signal.
   */
  readonly locate: (conversations: readonly Conversation[], onLocated: OnLocated, signal: AbortSignal) => Promise<void>;
  /** So many conversations are worth locating together now. */
  readonly size: () => number;
  /** A recording is being downloaded. */
  readonly used: () => void;
}

/** Conversations that are asked for by themselves at the same time. */
const SINGLES = 8;
/** After so many recordings in a row that have to be transcoded, batches are of no use. */
const WRONG_TYPES = 3;

/** So many refusals, and nothing else, are taken for a lack of permission and not for conversations that the client may not see. */
const REFUSALS_OF_ALL = 3;

/** A batch request that is refused so will be refused again. */
const REFUSALS: ReadonlySet<string> = new Set([
  'CSC_GENESYS_NOT_FOUND',
  'CSC_GENESYS_FORBIDDEN',
  'CSC_GENESYS_BAD_REQUEST',
  'CSC_GENESYS_PROTOCOL',
]);

/** Errors that mean the same for every conversation. */
const isGeneral = ({ code }: CallscribeError): boolean =>
  code === 'CSC_GENESYS_AUTH' || code === 'CSC_EGRESS_DENIED' || code.startsWith('CSC_SECRET_');

class BatchingLocator implements Locator {
  readonly #options: LocateOptions;
  readonly #details: Details;
  readonly #renewal: Renewal;
  readonly #pace;
  readonly #singles = pLimit(SINGLES);
  readonly #files = new FileBook();
  #usesBatches: boolean;
  #wrongTypes = 0;
  /** How often the client was refused before it was given anything: it may lack the permission altogether. */
  #refusals = 0;
  #hasSeen = false;

  constructor(options: LocateOptions) {
    const { client, clock, isDryRun = false } = options;
    this.#options = options;
    this.#usesBatches = !isDryRun;
    this.#pace = createPace(clock.now);
    const list = createListRecordings({ client, clock, formatId: 'WAV' });
    this.#details = createDetails({ ...options, list });
    this.#renewal = createRenewal({ client, list, files: this.#files });
  }

  readonly size = (): number => (this.#usesBatches ? this.#pace.size() : SINGLES);
  readonly used = (): void => this.#pace.used();
  readonly relocate: Renewal['relocate'] = (...given) => this.#renewal.relocate(...given);
  readonly confirm: Renewal['confirm'] = (...given) => this.#renewal.confirm(...given);

  readonly locate: Locator['locate'] = async (conversations, onLocated, signal) => {
    const work: Promise<void>[] = [];
    const later = (task: () => Promise<readonly Located[]>): void => {
      work.push(this.#singles(task).then((all) => all.forEach(onLocated)));
    };
    const one = (conversation: Conversation): void => later(() => this.#single(conversation, signal));
    if (this.#usesBatches) {
      const left = await this.#batch(conversations, onLocated, later, signal);
      left.forEach(one);
    } else conversations.forEach(one);
    const results = await Promise.allSettled(work);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  };

  /** The conversations for which the batch gave no answer. */
  async #batch(
    conversations: readonly Conversation[],
    onLocated: OnLocated,
    later: (task: () => Promise<readonly Located[]>) => void,
    signal: AbortSignal,
  ): Promise<readonly Conversation[]> {
    const left = new Set(conversations);
    for (let from = 0; from < conversations.length && this.#usesBatches; from += LARGEST_BATCH) {
      const part = conversations.slice(from, from + LARGEST_BATCH);
      const done = Promise.withResolvers<void>();
      try {
        await runBatch(
          part,
          this.#options,
          {
            onAbandoned: () => {},
            onResults: (conversation, results, isLate) => {
              left.delete(conversation);
              this.#take({ conversation, results, isLate, done: done.promise }, onLocated, later, signal);
            },
          },
          signal,
        );
      } catch (error) {
        this.#onBatchError(toCallscribeError(error), signal);
      } finally {
        done.resolve();
      }
    }
    return [...left];
  }

  #onBatchError(error: CallscribeError, signal: AbortSignal): void {
    signal.throwIfAborted();
    if (isGeneral(error)) throw error;
    if (REFUSALS.has(error.code)) this.#usesBatches = false;
    // A batch request is about no conversation in particular.
    if (error.code === 'CSC_GENESYS_FORBIDDEN') this.#refusals += REFUSALS_OF_ALL - 1;
  }

  #take(
    found: {
      readonly conversation: Conversation;
      readonly results: readonly BatchResult[];
      readonly isLate: boolean;
      readonly done: Promise<void>;
    },
    onLocated: OnLocated,
    later: (task: () => Promise<readonly Located[]>) => void,
    signal: AbortSignal,
  ): void {
    const { conversation, results, isLate, done } = found;
    const { accepts, clock } = this.#options;
    const reading = readBatch(conversation, results, accepts);
    this.#hasSeen ||= results.length > 0;
    const taken = this.#files.update(results);
    if (reading.kind === 'Decided' && !isLate) {
      for (const located of reading.located) {
        if (located.kind === 'Recording') this.#watch(located.recording, done, clock.now());
        onLocated(located);
      }
      return;
    }
    const hasWrongType = reading.kind === 'Undecided' && reading.hasWrongType;
    this.#wrongTypes = hasWrongType ? this.#wrongTypes + 1 : 0;
    if (this.#wrongTypes >= WRONG_TYPES) this.#usesBatches = false;
    later(() => this.#guarded(conversation, () => this.#details.afterBatch({ conversation, results, taken }, signal)));
  }

  /** Notes what is known of a file until its batch is complete. */
  #watch({ recordingId, urisExpireAtMs, skip }: Recording, done: Promise<void>, nowMs: number): void {
    if (urisExpireAtMs !== undefined) this.#pace.lives(urisExpireAtMs - nowMs);
    if (skip === undefined) this.#files.open(recordingId, done);
  }

  #single(conversation: Conversation, signal: AbortSignal): Promise<readonly Located[]> {
    return this.#guarded(conversation, () => this.#details.alone(conversation, signal));
  }

  /** One conversation's failure is its own outcome, unless it is that of all. */
  async #guarded(conversation: Conversation, look: () => Promise<readonly Located[]>): Promise<readonly Located[]> {
    try {
      const located = await look();
      this.#hasSeen = true;
      return located;
    } catch (thrown) {
      const error = toCallscribeError(thrown);
      if (!(thrown instanceof CallscribeError) || isGeneral(error)) throw thrown;
      if (error.code === 'CSC_GENESYS_FORBIDDEN') this.#refusals += 1;
      if (!this.#hasSeen && this.#refusals >= REFUSALS_OF_ALL) throw error;
      return [{ kind: 'Failed', conversation, error }];
    }
  }
}

export const createLocator = (options: LocateOptions): Locator => new BatchingLocator(options);
