/**
 * What the controller knows when it decides about a run.
 * @module
 */
import type { TranscriptionRun } from '../../api/types.ts';
import type { Progress, Summary } from '../../pipeline/plan.ts';
import type { Window } from '../../pipeline/types.ts';
import type { ErrorCode } from '../../errors.ts';

export interface ReportRef {
  readonly name: string;
  readonly shards: number;
  readonly rows: number;
}

/** The attempt at a run that this process makes or has made. */
export interface WorkerFacts {
  readonly window: Window;
  readonly startedAtMs: number;
  readonly progress?: Progress;
  readonly report?: ReportRef;
  /** Set when the attempt has ended. */
  readonly summary?: Summary;
  readonly endedAtMs?: number;
  /** Why it was told to stop, if it was. */
  readonly stopping?: 'drain' | ErrorCode;
  /** Attempts of this process that ended with a passing error, in a row. */
  readonly failures: number;
}

export interface Facts {
  readonly run: TranscriptionRun;
  readonly worker?: WorkerFacts;
  readonly nowMs: number;
}

export type Phase = 'Pending' | 'Running' | 'Suspended' | 'Succeeded' | 'PartiallyFailed' | 'Failed' | 'Cancelled';

const FINISHED: ReadonlySet<string> = new Set<Phase>(['Succeeded', 'PartiallyFailed', 'Failed', 'Cancelled']);

export const isFinished = (phase: string | undefined): boolean => phase !== undefined && FINISHED.has(phase);
