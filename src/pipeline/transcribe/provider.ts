/**
 * What every speech service looks like from here.
 * @module
 */
import type { Audio, Heard } from '../types.ts';

/**
 * Has the audio transcribed. The times of the utterances are integer milliseconds within the audio. What the
 * service says of its own figures is passed on as it is.
 *
 * Rejects with a `CSC_STT_*` error whose `charge` tells what the attempt cost, with what reading the Secret throws, with
 * `CSC_EGRESS_DENIED`, or with the reason of `signal`.
 */
export type Transcribe = (audio: Audio, signal: AbortSignal) => Promise<Heard>;

/** What the Secret of `stt.endpointSecretRef` holds. */
export interface Endpoint {
  readonly url: string;
  readonly apiKey?: string | undefined;
}
