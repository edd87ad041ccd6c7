/**
 * Which recordings a run takes, and what becomes of the others.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { Recording } from '../types.ts';
import { close } from './books.ts';
import { type RunState, showPending } from './context.ts';
import { priceOnly } from './dry-run.ts';
import { keyOf } from './tally.ts';
import { employ } from './worker.ts';

/** `Mine` was begun before; `Shared` is done, or being done, for another conversation. */
type Claim = 'New' | 'Mine' | 'Shared' | 'Refused';

/** Whether the run takes the recording: neither done nor being done, and not one too many. */
const claim = (state: RunState, recordingId: string, key: string): Claim => {
  const { tracker, admitted, held, awaited, settings, claimed } = state;
  if (held.has(key) || tracker.isFinal(key) || admitted.has(key)) return 'Refused';
  // What was begun before counts already.
  if (awaited.delete(key)) return 'Mine';
  if (tracker.recordings() >= settings.maxRecordings) return 'Refused';
  return claimed.add(recordingId) ? 'New' : 'Shared';
};

const omissionOf = (recording: Recording, isShared: boolean): CallscribeError | undefined => {
  if (recording.skip) return new CallscribeError(recording.skip, recording.why ?? '');
  return isShared ? new CallscribeError('CSC_RECORDING_SHARED', '') : undefined;
};

/** Admits one recording: to its outcome where that is clear already, otherwise to the workers. */
export const admit = async (state: RunState, recording: Recording): Promise<void> => {
  const { recordingId, conversation } = recording;
  const key = keyOf({ recordingId, conversationId: conversation.conversationId });
  const claimed = claim(state, recordingId, key);
  if (claimed === 'Refused') return;
  // Listed before anything is waited for, so that what comes meanwhile finds its place taken.
  state.admitted.add(key);
  showPending(state, recording, state.tracker.attemptsOf(key));
  const error = omissionOf(recording, claimed === 'Shared');
  if (error) return close(state, recording, error.omission ? 'Skipped' : 'Failed', error);
  if (state.settings.dryRun) return priceOnly(state, recording);
  employ(state, recording);
};
