/**
 * Decides about one conversation for which a batch request is not enough: looks at the metadata of its recordings, and gets their
 * addresses by a single GET where it has to.
 * @module
 */
import type { Clock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { BatchResult, GenesysClient } from '../genesys/client.ts';
import type { Located } from '../run/context.ts';
import type { Conversation } from '../types.ts';
import { choose } from './choose.ts';
import type { Choice } from './choose.ts';
import { readRecording, recordingOf } from './recording.ts';
import type { RecordingFacts } from './recording.ts';
import type { ListRecordings } from './single.ts';

export interface DetailsOptions {
  readonly client: Pick<GenesysClient, 'recordingMetadata' | 'restoreRecording'>;
  readonly clock: Clock;
  readonly list: ListRecordings;
  readonly minDurationSeconds?: number | undefined;
  readonly restores?: boolean;
  readonly isDryRun?: boolean;
  readonly accepts: (contentType: string) => boolean;
}

export interface Batched {
  readonly conversation: Conversation;
  readonly results: readonly BatchResult[];
  /** Its recordings that are being worked on already. */
  readonly taken: ReadonlySet<string>;
}

export interface Details {
  afterBatch(batched: Batched, signal: AbortSignal): Promise<readonly Located[]>;
  /** Without a batch request. */
  alone(conversation: Conversation, signal: AbortSignal): Promise<readonly Located[]>;
}

/** How long after its end a conversation may still get a recording that is not listed yet. */
const FRESH_MS = 10 * 60_000;
/** How long a restored recording stays. */
const RESTORED_FOR_MS = 7 * 86_400_000;

interface Judging {
  readonly conversation: Conversation;
  readonly recordings: readonly RecordingFacts[];
  readonly taken: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

const notReady = ({ conversationId }: Conversation): CallscribeError =>
  new CallscribeError(
    'CSC_RECORDING_NOT_READY',
    `the recordings of conversation ${conversationId} were not ready in time`,
  );

const noRecording = ({ isRecorded }: Conversation): CallscribeError =>
  isRecorded === true ? new CallscribeError('CSC_RECORDING_MISSING', '') : new CallscribeError('CSC_NO_RECORDING', '');

const isPlayableAudio = ({ isAudio, state }: RecordingFacts): boolean => isAudio && state === 'Playable';

/** The choices that hold already. */
const locatedOf = (conversation: Conversation, choices: readonly Choice[]): readonly Located[] =>
  choices.flatMap((choice): readonly Located[] => {
    if (choice.kind === 'Take') return [{ kind: 'Recording', recording: recordingOf(choice.facts, conversation) }];
    if (choice.kind === 'Skip')
      return [{ kind: 'Recording', recording: recordingOf(choice.facts, conversation, choice) }];
    return [];
  });

class RecordingDetails implements Details {
  readonly #options: DetailsOptions;
  /** Archived recordings that were ordered to be brought back. */
  readonly #ordered = new Set<string>();

  constructor(options: DetailsOptions) {
    this.#options = options;
  }

  readonly afterBatch: Details['afterBatch'] = async ({ conversation, results, taken }, signal) => {
    const files = Map.groupBy(
      results.filter(({ url }) => url !== undefined),
      ({ recordingId = '' }) => recordingId,
    );
    const recordings = await this.#metadata(conversation, signal);
    const [only, ...more] = recordings.filter(isPlayableAudio);
    if (!only) return this.#judge({ conversation, recordings, taken, signal });
    const url = this.#usableFile(files.get(only.recordingId) ?? []);
    // Only the list tells the role of a recording, and which of two files is whose.
    if (more.length > 0 || url === undefined) return this.#byList(conversation, taken, signal);
    const withMedia = { ...only, mediaUris: new Map([['S', url]]) };
    const all = recordings.map((facts) => (facts === only ? withMedia : facts));
    return this.#judge({ conversation, recordings: all, taken, signal });
  };

  readonly alone: Details['alone'] = async (conversation, signal) => {
    if (!this.#options.isDryRun) return this.#byList(conversation, new Set(), signal);
    return this.#judge({
      conversation,
      recordings: await this.#metadata(conversation, signal),
      taken: new Set(),
      signal,
    });
  };

  /** The address of the only file of a recording, where the speech service takes it as it is. */
  #usableFile([file, ...more]: readonly BatchResult[]): string | undefined {
    if (!file || more.length > 0) return undefined;
    const { contentType = '', url } = file;
    return !contentType.startsWith('audio/') || this.#options.accepts(contentType) ? url : undefined;
  }

  async #metadata({ conversationId }: Conversation, signal: AbortSignal): Promise<readonly RecordingFacts[]> {
    try {
      const rows = await this.#options.client.recordingMetadata(conversationId, signal);
      return rows.map((row) => readRecording(row, 'Metadata')).filter((facts) => facts !== undefined);
    } catch (error) {
      if (error instanceof CallscribeError && error.code === 'CSC_GENESYS_NOT_FOUND') return [];
      throw error;
    }
  }

  async #byList(
    conversation: Conversation,
    taken: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<readonly Located[]> {
    const recordings = await this.#options.list(conversation, signal);
    if (recordings) return this.#judge({ conversation, recordings, taken, signal });
    const otherwise: Located[] = [{ kind: 'Failed', conversation, error: notReady(conversation) }];
    return [{ kind: 'Later', conversation, wait: 'Ready', otherwise }];
  }

  /** A conversation without recordings that ended a moment ago may still get one. */
  #ofNothing(conversation: Conversation): readonly Located[] {
    const none: readonly Located[] = [{ kind: 'None', conversation, error: noRecording(conversation) }];
    const { endAtMs, isRecorded } = conversation;
    const isFresh = isRecorded !== false && endAtMs !== undefined && this.#options.clock.now() < endAtMs + FRESH_MS;
    return isFresh ? [{ kind: 'Later', conversation, wait: 'Ready', otherwise: none }] : none;
  }

  async #judge({ conversation, recordings, taken, signal }: Judging): Promise<readonly Located[]> {
    if (recordings.length === 0) return this.#ofNothing(conversation);
    const { minDurationSeconds, restores = false } = this.#options;
    const context = { taken, minDurationSeconds, restores, isLast: false };
    const choices = choose(recordings, context);
    const failures = await this.#restore(conversation, choices, signal);
    const located = [...locatedOf(conversation, choices), ...failures];
    const waiting = choices.filter(({ kind }) => kind === 'Wait' || kind === 'Restore');
    if (waiting.length === failures.length) return located;
    const isRestoring = waiting.some(({ facts: { state } }) => state === 'Archived' || state === 'Restoring');
    const ids = new Set(waiting.map(({ facts }) => facts.recordingId));
    const otherwise: readonly Located[] = locatedOf(
      conversation,
      choose(recordings, { ...context, isLast: true }).filter(({ facts }) => ids.has(facts.recordingId)),
    );
    return [...located, { kind: 'Later', conversation, wait: isRestoring ? 'Restored' : 'Ready', otherwise }];
  }

  /** Orders what is archived, once. What cannot be ordered has its outcome. */
  async #restore(
    conversation: Conversation,
    choices: readonly Choice[],
    signal: AbortSignal,
  ): Promise<readonly Located[]> {
    const failures: Located[] = [];
    for (const { kind, facts } of choices) {
      if (kind !== 'Restore' || this.#ordered.has(facts.recordingId)) continue;
      const { conversationId } = conversation;
      const untilMs = this.#options.clock.now() + RESTORED_FOR_MS;
      try {
        await this.#options.client.restoreRecording(
          { conversationId, recordingId: facts.recordingId },
          untilMs,
          signal,
        );
        this.#ordered.add(facts.recordingId);
      } catch (error) {
        if (!(error instanceof CallscribeError) || error.code === 'CSC_GENESYS_AUTH') throw error;
        const recording = recordingOf(facts, conversation, { code: error.code, why: error.message });
        failures.push({ kind: 'Recording', recording });
      }
    }
    return failures;
  }
}

export const createDetails = (options: DetailsOptions): Details => new RecordingDetails(options);
