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

/** Resolves when every destination has the transcript. See `Destination` for its errors. */
export type Deliver = (transcript: Transcript, signal: AbortSignal) => Promise<void>;

const TRIES = { attempts: 3, baseMs: 500, capMs: 4000 } as const;
/** Who asks for a longer wait gets it: the transcript is held, and offered again later. */
const MAX_WAIT_MS = 10_000;

const isWorthWaiting = (error: unknown): boolean =>
  isRetryableError(error) && ((error as CallscribeError).retryAfterMs ?? 0) <= MAX_WAIT_MS;

/** What is told where several destinations failed: a refusal first, because someone has to act on it. */
const worstOf = (errors: readonly CallscribeError[]): CallscribeError | undefined =>
  errors.find((error) => !error.retryable) ?? errors[0];

/**
 * Delivers with a few tries at each destination, at all of them at the same time. Where some take a transcript and others do
 * not, the next delivery of the same recording offers it to the others only, as long as this process lives; after a restart
 * those that have it get it a second time.
 */
export const createDeliver = ({ destinations, clock, random, onReceipt }: DeliverOptions): Deliver => {
  /** By recording id: the destinations that have the transcript while others do not. */
  const partly = new Map<string, Set<Destination>>();

  const offer = async (destination: Destination, transcript: Transcript, signal: AbortSignal): Promise<void> => {
    const policy = { ...TRIES, clock, random, signal, isRetryable: isWorthWaiting };
    const receipt = await retrying(() => destination.deliver(transcript, signal), policy);
    const takers = partly.get(transcript.recordingId) ?? new Set();
    partly.set(transcript.recordingId, takers.add(destination));
    onReceipt?.(transcript, receipt);
  };

  return async (transcript, signal) => {
    const { recordingId } = transcript;
    const missing = destinations.filter((destination) => !partly.get(recordingId)?.has(destination));
    const results = await Promise.allSettled(missing.map((destination) => offer(destination, transcript, signal)));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (failures.length > 0) signal.throwIfAborted();
    const worst = worstOf(failures.map(toCallscribeError));
    if (worst) throw worst;
    partly.delete(recordingId);
  };
};
