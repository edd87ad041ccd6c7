/**
 * How much a run used the Genesys Cloud API, for the status and for `summary.json`. Pure.
 * @module
 */
import type { GenesysCalls, Progress } from '../pipeline/plan.ts';

/** Requests of all kinds. */
export const requestsOf = (calls: GenesysCalls): number =>
  Object.values(calls).reduce((total, count) => total + count, 0);

/** `0.117`: requests that found and fetched, for each of what was found. Integers until it is written. */
const perRecording = (calls: GenesysCalls, found: number): string => {
  const thousandths = Math.round(((requestsOf(calls) - calls.transcript) * 1000) / Math.max(1, found));
  return `${Math.floor(thousandths / 1000)}.${String(thousandths % 1000).padStart(3, '0')}`;
};

export const genesysUse = ({ genesys, counts }: Pick<Progress, 'genesys' | 'counts'>) => ({
  requests: requestsOf(genesys),
  requestsPerRecording: perRecording(genesys, counts.found),
  byKind: genesys,
});
