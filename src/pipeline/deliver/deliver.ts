/**
 * Transcript ─deliver─► Receipt, at every destination of the run.
 * @module
 */
import type { Clock, Random } from '../../clock.ts';
import { type CallscribeError, toCallscribeError } from '../../errors.ts';
import { isRetryableError, retrying } from '../retry/retrying.ts';
import type { Receipt, Transcript } from '../types.ts';
import type { Destination } from './destination.ts';

export interface DeliverOptions {
  readonly destinations: readonly Destination[];
  readonly clock: Clock;
  readonly random: Random;
  /** Called for each destination that took a transcript, once. */
  readonly onReceipt?: (transcript: Transcript, receipt: Receipt) => void;
}

export interface Deliveries {
  /** Resolves when every destination has the transcript. See `Destination` for its errors. */
  readonly deliver: (transcript: Transcript, signal: AbortSignal) => Promise<void>;
  /** Which destinations have a transcript that others do not have yet; words of our own, to be kept with a held transcript. */
  takenBy(recordingId: string): readonly string[];
  /** Tells what an earlier process delivered. */
  resume(recordingId: string, takenBy: readonly string[]): void;
}

const TRIES = { attempts: 3, baseMs: 500, capMs: 4000 } as const;
/** Who asks for a longer wait gets it: the transcript is held, and offered again later. */
const MAX_WAIT_MS = 10_000;

const isWorthWaiting = (error: unknown): boolean =>
  isRetryableError(error) && ((error as CallscribeError).retryAfterMs ?? 0) <= MAX_WAIT_MS;

/** What is told where several destinations failed: a refusal first, because someone has to act on it. */
const worstOf = (errors: readonly CallscribeError[]): CallscribeError | undefined =>
  errors.find((error) => !error.retryable) ?? errors[0];

/** A run may have two destinations of one kind; their order is part of its spec, which does not change. */
const wordOf = ({ name }: Destination, index: number): string => `${index} ${name}`;

/**
 * Delivers with a few tries at each destination, at all of them at the same time. Where some take a transcript and others do
 * not, the next delivery of the same recording offers it to the others only.
 */
export const createDeliver = ({ destinations, clock, random, onReceipt }: DeliverOptions): Deliveries => {
  const all = destinations.map((destination, index) => ({ destination, word: wordOf(destination, index) }));
  /** By recording id, while others do not have it. */
  const partly = new Map<string, ReadonlySet<string>>();
  const takersOf = (recordingId: string): ReadonlySet<string> => partly.get(recordingId) ?? new Set();

  const offer = async (
    { destination, word }: (typeof all)[number],
    transcript: Transcript,
    signal: AbortSignal,
  ): Promise<void> => {
    const policy = { ...TRIES, clock, random, signal, isRetryable: isWorthWaiting };
    const receipt = await retrying(() => destination.deliver(transcript, signal), policy);
    partly.set(transcript.recordingId, new Set([...takersOf(transcript.recordingId), word]));
    onReceipt?.(transcript, receipt);
  };

  return {
    deliver: async (transcript, signal) => {
      const { recordingId } = transcript;
      const missing = all.filter(({ word }) => !takersOf(recordingId).has(word));
      const results = await Promise.allSettled(missing.map((each) => offer(each, transcript, signal)));
      const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      if (failures.length > 0) signal.throwIfAborted();
      const worst = worstOf(failures.map(toCallscribeError));
      if (worst) throw worst;
      partly.delete(recordingId);
    },
    takenBy: (recordingId) => [...takersOf(recordingId)],
    resume: (recordingId, takenBy) => {
      if (takenBy.length > 0) partly.set(recordingId, new Set(takenBy));
    },
  };
};
