/**
 * A run, the attempt at it and what both come to, for the tests of this folder.
 * @module
 */
import { patched, smallest } from '../../../test/crd/manifest.ts';
import { validateManifest } from '../../api/schema.ts';
import type { TranscriptionRun, TranscriptionRunStatus } from '../../api/types.ts';
import type { Counts, Progress, RecordingProgress, Summary } from '../../pipeline/plan.ts';
import { NO_CALLS, NO_COST } from '../../pipeline/plan.ts';
import type { Facts, WorkerFacts } from './facts.ts';

/** A day after the window of the run. */
export const NOW_MS = Date.UTC(2026, 10, 25);

/** The window of the run. */
export const WINDOW = { fromMs: Date.UTC(2026, 10, 23), toMs: Date.UTC(2026, 10, 24) };

export const iso = (ms: number): string => new Date(ms).toISOString();

const stored = ((): TranscriptionRun => {
  const validated = validateManifest(smallest);
  if (!validated.ok) throw new Error(validated.problems.join('\n'));
  return validated.run;
})();

/** The smallest run, all defaults filled in, with a merge patch to its spec. */
export const runOf = (
  spec: Readonly<Record<string, unknown>> = {},
  status?: TranscriptionRunStatus,
  metadata: Partial<TranscriptionRun['metadata']> = {},
): TranscriptionRun => ({
  ...stored,
  metadata: {
    ...stored.metadata,
    name: 'nightly',
    namespace: 'calls',
    uid: 'uid-1',
    resourceVersion: '7',
    generation: 3,
    ...metadata,
  },
  spec: patched(stored.spec, spec) as TranscriptionRun['spec'],
  ...(status && { status }),
});

/** The status of a run that began so long ago. */
export const begun = (agoMs: number, more: Partial<TranscriptionRunStatus> = {}): TranscriptionRunStatus => ({
  phase: 'Running',
  startTime: iso(NOW_MS - agoMs),
  window: { from: iso(WINDOW.fromMs), to: iso(WINDOW.toMs) },
  ...more,
});

export const countsOf = (more: Partial<Omit<Counts, 'found'>> = {}): Counts => {
  const parts = { pending: 0, inProgress: 0, transcribed: 0, skipped: 0, failed: 0, noRecording: 0, ...more };
  const { pending, inProgress, transcribed, skipped, failed, noRecording } = parts;
  const found = pending + inProgress + transcribed + skipped + failed + noRecording;
  return { conversations: found, ...parts, found };
};

export const recordingOf = (more: Partial<RecordingProgress> = {}): RecordingProgress => ({
  recordingId: 'r-1',
  conversationId: 'c-1',
  state: 'Transcribed',
  stage: 'Settle',
  attempt: 1,
  durationMs: 61_500,
  costMicros: 4100,
  sinceAtMs: NOW_MS - 5000,
  ...more,
});

export const progressOf = (more: Partial<Progress> = {}): Progress => ({
  counts: countsOf(),
  cost: NO_COST,
  audioMs: 0,
  genesys: NO_CALLS,
  reasons: {},
  recordings: [],
  hindrances: [],
  ...more,
});

export const summaryOf = (more: Partial<Summary> = {}): Summary => ({
  ending: 'Completed',
  progress: progressOf(),
  ...more,
});

export const workerOf = (more: Partial<WorkerFacts> = {}): WorkerFacts => ({
  window: WINDOW,
  startedAtMs: NOW_MS - 60_000,
  ...more,
});

/** An attempt that ended a second ago, or when `more` says. */
export const endedWith = (summary: Partial<Summary>, more: Partial<WorkerFacts> = {}): WorkerFacts => {
  const whole = summaryOf(summary);
  return workerOf({ summary: whole, progress: whole.progress, endedAtMs: NOW_MS - 1000, ...more });
};

export const factsOf = (run: TranscriptionRun, worker?: WorkerFacts, nowMs = NOW_MS): Facts => ({
  run,
  nowMs,
  ...(worker && { worker }),
});
