/**
 * What every way of telling roles apart gives.
 * @module
 */
import type { Role, RoleEvidence, Utterance } from '../types.ts';
import { type Span, union } from './spans.ts';

/** The evidence, and a role for each utterance that was looked at, in their order. */
export interface Candidate extends RoleEvidence {
  readonly roles: readonly Role[];
}

export const percent = (part: number, whole: number): number => (whole > 0 ? Math.round((100 * part) / whole) : 0);

/** `"12.3 s"` */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** When any of the utterances is being spoken. */
export const speechOf = (utterances: readonly Utterance[]): readonly Span[] => union(utterances);
