/**
 * The full document, for destinations that take all that is known of a transcript.
 * @module
 */
import { formatMicros } from '../money/micros.ts';
import type { Transcript } from '../types.ts';

/** Times are ISO 8601 or integer milliseconds from the start of the audio; money is a decimal string. */
export const transcriptDocument = ({ costMicros, currency, createdAtMs, ...transcript }: Transcript) => ({
  ...transcript,
  cost: { currency, amount: formatMicros(costMicros) },
  createdAt: new Date(createdAtMs).toISOString(),
});
