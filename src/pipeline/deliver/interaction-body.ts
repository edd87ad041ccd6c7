/**
 * The body of a `genesysInteraction` delivery, and the rules that it keeps: a transcript that breaks one is not sent.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { Role, Transcript, Turn } from '../types.ts';

/** The destination's word for each role; `caller` is the customer, whoever called. */
const ROLE_WORDS = {
  agent: 'agent',
  customer: 'caller',
  system: 'system',
  unknown: 'unknown',
} as const satisfies Record<Role, string>;

export interface InteractionContent {
  readonly role: (typeof ROLE_WORDS)[Role];
  readonly text: string;
  /** Integer milliseconds from the start of the recording. */
  readonly start: number;
  readonly end: number;
}

export interface InteractionBody {
  readonly interactionId: string;
  readonly type: 'transcript';
  /** In time order. */
  readonly content: readonly InteractionContent[];
  /** ISO 8601, UTC. */
  readonly dateCreated: string;
}

const invalid = (what: string): CallscribeError => new CallscribeError('CSC_TRANSCRIPT_INVALID', what);

const isTime = (ms: number): boolean => Number.isSafeInteger(ms) && ms >= 0;

/** Transcripts come back from the outbox as JSON, so nothing is taken from their types here. Names turns by number only. */
const problemOf = ({ role, text, startMs, endMs }: Turn, previous: Turn | undefined): string | undefined => {
  if (!Object.hasOwn(ROLE_WORDS, role)) return 'has no role';
  if (typeof text !== 'string' || text === '') return 'has no text';
  if (!isTime(startMs) || !isTime(endMs)) return 'has a time that is no whole number of milliseconds';
  if (endMs < startMs) return 'ends before it starts';
  return previous && previous.startMs > startMs ? 'starts before the one in front of it' : undefined;
};

const instantOf = (ms: number): string => {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) throw invalid('the transcript has no time of creation');
  return date.toISOString();
};

/** @throws CallscribeError `CSC_TRANSCRIPT_INVALID` */
export const interactionBody = ({ conversationId, turns, createdAtMs }: Transcript): InteractionBody => {
  if (typeof conversationId !== 'string' || conversationId === '') throw invalid('the transcript has no conversation');
  for (const [index, turn] of turns.entries()) {
    const problem = problemOf(turn, turns[index - 1]);
    if (problem !== undefined) throw invalid(`turn ${index + 1} of ${turns.length} ${problem}`);
  }
  return {
    interactionId: conversationId,
    type: 'transcript',
    content: turns.map(({ role, text, startMs, endMs }) => ({
      role: ROLE_WORDS[role],
      text,
      start: startMs,
      end: endMs,
    })),
    dateCreated: instantOf(createdAtMs),
  };
};
