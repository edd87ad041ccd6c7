/**
 * What an auditor sees of a state, of the model or of the real thing: what is in the ledger, and what the speech service received.
 * @module
 */
import type { Attempt, Shards } from './protocol.ts';

/** Comparable as a text. */
export type View = string & { readonly view?: never };

export const viewOf = (shards: Shards, sent: readonly Attempt[]): View =>
  JSON.stringify([
    Object.entries(shards).map(([index, { open, rows, holds }]) => [
      index,
      open.toSorted(),
      rows.toSorted(),
      holds.toSorted((a, b) => a - b),
    ]),
    sent.toSorted(),
  ]);
