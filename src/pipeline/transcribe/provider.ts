/**
 * What every speech service looks like from here.
 * @module
 */
import type { Audio, Utterance } from '../types.ts';

/**
 * Has the audio transcribed. The times of the utterances are integer milliseconds within the audio.
 *
 * Rejects with a `CSC_STT_*` error whose `charge` tells what the attempt cost, with what reading the Secret throws, with
 * `CSC_EGRESS_DENIED`, or with the reason of `signal`.
 */
export type Transcribe = (audio: Audio, signal: AbortSignal) => Promise<readonly Utterance[]>;

/** What the Secret of `stt.endpointSecretRef` holds. */
export interface Endpoint {
  readonly url: string;
  readonly apiKey?: string | undefined;
}
