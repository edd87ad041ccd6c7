/**
 * Which phase the end of an attempt is. One place, for the status and for `summary.json`.
 * @module
 */
import type { TranscriptionRunSpec } from '../../api/types.ts';
import type { Counts, Summary } from '../../pipeline/plan.ts';
import type { End, Phase, WorkerFacts } from './facts.ts';

type Spec = Pick<TranscriptionRunSpec, 'dryRun'>;

/** The phase of a run in which everything has its outcome. A dry run does not fail because it transcribes nothing. */
export const completedPhase = ({ failed, transcribed }: Counts, { dryRun }: Spec): Phase => {
  if (failed === 0) return 'Succeeded';
  return transcribed === 0 && !dryRun ? 'Failed' : 'PartiallyFailed';
};

/** The phase of a run that is ended before it is complete. */
export const phaseOfEnd = ({ code }: End): Phase => (code === 'CSC_CANCELLED' ? 'Cancelled' : 'Failed');

/** The phase of a run whose attempt ended; undefined where the run is not over. */
export const phaseOf = (summary: Summary, stopping: WorkerFacts['stopping'], spec: Spec): Phase | undefined => {
  switch (summary.ending) {
    case 'Completed':
      return completedPhase(summary.progress.counts, spec);
    case 'Failed':
      return summary.error?.retryable === false ? 'Failed' : undefined;
    case 'Aborted':
      return stopping === undefined || stopping === 'Drain' ? undefined : phaseOfEnd(stopping);
    case 'Drained':
      return undefined;
  }
};
