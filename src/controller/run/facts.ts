/**
 * What the controller knows when it decides about a run.
 * @module
 */
import type { TranscriptionRun } from '../../api/types.ts';
import type { Progress, Summary } from '../../pipeline/plan.ts';
import type { Window } from '../../pipeline/types.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Estimate } from '../../report/estimate.ts';

export interface ReportRef {
  readonly name: string;
  readonly shards: number;
  readonly rows: number;
  /** Of the hash chain over the rows. */
  readonly head: string;
}

/** Why a run is ended before it is complete. */
export interface End {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Attempts that ended with the same passing error, in a row. */
export interface Failures {
  readonly code: ErrorCode;
  readonly count: number;
  /** When the first of them ended. */
  readonly sinceMs: number;
}

/** The attempt at a run that this process makes or has made. */
export interface WorkerFacts {
  readonly window: Window;
  readonly startedAtMs: number;
  /** Absent until something is known of the run's recordings. */
  readonly progress?: Progress;
  readonly report?: ReportRef;
  /** What a dry run found. */
  readonly estimate?: Estimate;
  /** Set when the attempt has ended. */
  readonly summary?: Summary;
  readonly endedAtMs?: number;
  /** What it was told, if it was: to begin nothing more, or to end the run. */
  readonly stopping?: 'Drain' | End;
  /** Those before this attempt, and this one too once it has failed. */
  readonly failures?: Failures;
}

export interface Facts {
  readonly run: TranscriptionRun;
  readonly worker?: WorkerFacts;
  readonly nowMs: number;
}

export type Phase = 'Pending' | 'Running' | 'Suspended' | 'Succeeded' | 'PartiallyFailed' | 'Failed' | 'Cancelled';

const FINISHED: ReadonlySet<string> = new Set<Phase>(['Succeeded', 'PartiallyFailed', 'Failed', 'Cancelled']);

export const isFinished = (phase: string | undefined): boolean => phase !== undefined && FINISHED.has(phase);
