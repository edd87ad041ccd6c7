/**
 * What every destination of transcripts looks like from here.
 * @module
 */
import type { Receipt, Transcript } from '../types.ts';

export interface Destination {
  /** For messages and receipts; holds nothing secret. */
  readonly name: string;
  /**
   * One try. Rejects with `CSC_TRANSCRIPT_INVALID`, `CSC_DELIVERY_REJECTED`, `CSC_DELIVERY_UNAVAILABLE`, `CSC_EGRESS_DENIED`,
   * with what reading a Secret throws, or with the reason of `signal`.
   */
  deliver(transcript: Transcript, signal: AbortSignal): Promise<Receipt>;
}
