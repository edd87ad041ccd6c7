/**
 * Which Events a run gives rise to. Pure; `EventRecorder` aggregates and sends them.
 * @module
 */
import type { TranscriptionRunStatus } from '../../api/types.ts';
import { catalogue } from '../../errors.ts';
import type { RecordingProgress } from '../../pipeline/plan.ts';
import { isFinished, type Phase } from './facts.ts';

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

const messageOf = (status: TranscriptionRunStatus): string | undefined =>
  ['Complete', 'Stalled', 'Reconciling', 'Suspended'].map((type) => conditionOf(status, type)).find(Boolean)?.message;

const ofPhase = (before: string | undefined, after: TranscriptionRunStatus): readonly RunEvent[] => {
  const { phase = 'Pending' } = after;
  if (before === phase) return [];
  const type = WARNING.has(phase) ? 'Warning' : 'Normal';
  return [{ type, reason: reasonOf(before, phase), message: messageOf(after) ?? phase }];
};

/** A run that ended says so by its phase; one that only stands still says why. */
const ofStalling = (before: TranscriptionRunStatus | undefined, after: TranscriptionRunStatus): readonly RunEvent[] => {
  const stalled = conditionOf(after, 'Stalled');
  if (!stalled || isFinished(after.phase) || conditionOf(before, 'Stalled')?.reason === stalled.reason) return [];
  return [{ type: 'Warning', reason: stalled.reason, message: stalled.message }];
};

/** Events of a change of status: one for a new phase, one for a new reason to stand still. */
export const eventsOf = (
  before: TranscriptionRunStatus | undefined,
  after: TranscriptionRunStatus,
): readonly RunEvent[] => [...ofPhase(before?.phase, after), ...ofStalling(before, after)];

/** The Event of a recording that failed; none for any other outcome. Alike ones are aggregated by their reason. */
export const failureEvent = ({
  state,
  recordingId,
  conversationId,
  error,
}: RecordingProgress): RunEvent | undefined => {
  if (state !== 'Failed' || !error) return undefined;
  const subject = recordingId
    ? `recording ${recordingId} of conversation ${conversationId}`
    : `conversation ${conversationId}`;
  return {
    type: 'Warning',
    reason: error.code,
    message: `${subject}: ${error.message || catalogue[error.code].meaning}`,
  };
};
