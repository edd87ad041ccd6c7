/**
 * Which Events a run gives rise to. Pure; `EventRecorder` aggregates and sends them.
 * @module
 */
import type { TranscriptionRunStatus } from '../../api/types.ts';
import { catalogue } from '../../errors.ts';
import type { RecordingProgress } from '../../pipeline/plan.ts';
import type { Phase } from './facts.ts';

export interface RunEvent {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase word or error code. */
  readonly reason: string;
  readonly message: string;
}

const WARNING: ReadonlySet<string> = new Set<Phase>(['Failed', 'PartiallyFailed']);

const reasonOf = (before: string | undefined, after: string): string => {
  if (after !== 'Running') return after;
  return before === 'Suspended' ? 'Resumed' : 'Started';
};

const conditionOf = (status: TranscriptionRunStatus | undefined, type: string) =>
  status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');

/** Events of a change of status: one for a new phase, one for a new reason to stand still. */
export const eventsOf = (before: TranscriptionRunStatus | undefined, after: TranscriptionRunStatus): readonly RunEvent[] => {
  const stalled = conditionOf(after, 'Stalled');
  const phase = after.phase ?? 'Pending';
  const message = (conditionOf(after, 'Complete') ?? stalled ?? conditionOf(after, 'Reconciling') ?? conditionOf(after, 'Suspended'))
    ?.message;
  const changed: RunEvent[] =
    before?.phase === phase
      ? []
      : [{ type: WARNING.has(phase) ? 'Warning' : 'Normal', reason: reasonOf(before?.phase, phase), message: message ?? phase }];
  const hindered = stalled && phase !== 'Failed' && phase !== 'Cancelled' && conditionOf(before, 'Stalled')?.reason !== stalled.reason;
  return hindered ? [...changed, { type: 'Warning', reason: stalled.reason, message: stalled.message }] : changed;
};

/** The Event of a recording that failed; none for any other outcome. Alike ones are aggregated by their reason. */
export const failureEvent = ({ state, recordingId, conversationId, error }: RecordingProgress): RunEvent | undefined => {
  if (state !== 'Failed' || !error) return undefined;
  const subject = recordingId ? `recording ${recordingId} of conversation ${conversationId}` : `conversation ${conversationId}`;
  return { type: 'Warning', reason: error.code, message: `${subject}: ${error.message || catalogue[error.code].meaning}` };
};
