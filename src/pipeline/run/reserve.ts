/**
 * Sets money aside. Decided without a pause, so that two recordings side by side can neither both take the last of the budget nor
 * both pay for the same call.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import { type Holder, holderName } from '../claims/claims.ts';
import type { Reserved } from '../recording/drive.ts';
import type { Reservation } from '../types.ts';
import { leftMicros } from './budget.ts';
import type { RunState } from './context.ts';

/** Who has the transcript of a recording, and the outcome that follows from it. */
export const knownBy = (
  holder: Holder,
  recordingId: string,
): { readonly by: string; readonly error: CallscribeError } => {
  const by = holderName(holder, recordingId);
  const code = holder.recordingId === recordingId ? 'CSC_ALREADY_TRANSCRIBED' : 'CSC_DUPLICATE_AUDIO';
  return { by, error: new CallscribeError(code, `${by} has the transcript`) };
};

/** Sets the money for an attempt aside, durably, unless the transcript is there, or being paid for, or too dear for now. */
export const reserve = async (state: RunState, reservation: Reservation): Promise<Reserved> => {
  const { tracker, claims, controls, journal } = state;
  const standing = claims.take(reservation);
  if (standing.kind === 'Busy') return { kind: 'Elsewhere', over: standing.over };
  if (standing.kind === 'Done') return { kind: 'Known', ...knownBy(standing.by, reservation.recordingId) };
  if (reservation.reservedMicros > leftMicros(tracker.cost(), controls.settings())) {
    claims.release(reservation);
    return { kind: 'Unaffordable' };
  }
  // Counted before the write, so that two recordings side by side cannot both take the last of the budget.
  tracker.reserved(reservation);
  await journal.reserve(reservation);
  return { kind: 'Reserved' };
};
