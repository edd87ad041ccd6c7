/**
 * Writes rows: first into the journal, then into the counts, so that the status never says more than the ledger.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { HeldTranscript, RecordingProgress } from '../plan.ts';
import { holderName } from '../claims/claims.ts';
import { closingRow, rowOf, successRow } from '../recording/row.ts';
import type { AttemptStatus, Conversation, Outcome, Recording, Row } from '../types.ts';
import { announce, type RunState } from './context.ts';
import { keyOf } from './tally.ts';

const finished = (row: Row, outcome: Outcome, error: CallscribeError | undefined): RecordingProgress => ({
  recordingId: row.recordingId,
  conversationId: row.conversationId,
  attempt: row.attempt,
  durationMs: row.durationMs,
  costMicros: row.costMicros,
  sinceAtMs: row.atMs,
  state: outcome,
  stage: 'Settle',
  ...(row.errorCode && { error: { code: row.errorCode, message: error?.message ?? '' } }),
});

/** Ends a run in which more failed than `failurePolicy` accepts. The share is looked at when the whole window was read. */
export const checkFailurePolicy = ({ tracker, settings, giveUp, intake }: RunState): void => {
  const { failed, found } = tracker.counts();
  const tooLargeAShare = intake === 'Done' && failed * 100 > settings.maxFailedPercent * found;
  if (failed <= settings.maxFailed && !tooLargeAShare) return;
  giveUp(new CallscribeError('CSC_FAILURE_POLICY', `${failed} of ${found} recordings failed`));
};

/** Who had the transcript already when it was paid for again; that is what `onAlreadyTranscribed: Redo` asks for. */
const paidAgain = ({ claims }: RunState, row: Row): Row => {
  const earlier = row.status === 'success' ? claims.earlier(row) : undefined;
  return earlier ? { ...row, transcribedBy: holderName(earlier, row.recordingId) } : row;
};

/** Settles one row, less what is free of it. Rejects with `CSC_LEDGER_*` where the journal does. */
export const book = async (state: RunState, gross: Row, error?: CallscribeError): Promise<void> => {
  const row = state.allowance(paidAgain(state, gross));
  await state.journal.settle(row);
  if (row.status === 'success') state.claims.done(row);
  else state.claims.release(row);
  const done = row.outcome === '' ? undefined : finished(row, row.outcome, error);
  state.tracker.booked(row, done);
  if (done) state.waiting.delete(keyOf(row));
  if (done) state.admitted.delete(keyOf(row));
  if (done) state.controls.onOutcome(done);
  announce(state);
  if (row.outcome === 'Failed') checkFailurePolicy(state);
};

/** How what ends without an attempt stands in the report. */
const statusOf = (outcome: Outcome): AttemptStatus => (outcome === 'Failed' ? 'failed' : 'skipped');

/** The outcome of what a run leaves because of `reason`. */
const outcomeOf = (reason: CallscribeError): Outcome => (reason.omission ? 'Skipped' : 'Failed');

/** An end of a recording without an attempt that could have cost anything, and what is known beyond that. */
export interface Closing extends Partial<Row> {
  readonly outcome: Outcome;
  readonly error: CallscribeError;
}

export const closeWith = async (
  state: RunState,
  recording: Recording,
  { error, outcome, ...more }: Closing,
): Promise<void> => {
  const facts = { ...state.settings, recording, nowMs: state.clock.now() };
  const key = keyOf({ recordingId: recording.recordingId, conversationId: recording.conversation.conversationId });
  const core = { status: statusOf(outcome), outcome, errorCode: error.code, ...more };
  await book(state, rowOf(facts, state.tracker.attemptsOf(key), core), error);
};

/** Gives a recording the outcome of `error`. */
export const close = (state: RunState, recording: Recording, outcome: Outcome, error: CallscribeError): Promise<void> =>
  closeWith(state, recording, { outcome, error });

/** Gives a conversation that led to no recording its outcome. */
export const closeConversation = async (
  state: RunState,
  conversation: Conversation,
  outcome: Outcome,
  error: CallscribeError,
): Promise<void> => {
  const { startAtMs } = conversation;
  await close(
    state,
    { recordingId: '', conversation, startAtMs, announcedDurationMs: 0, mediaUris: new Map() },
    outcome,
    error,
  );
};

/** A held transcript was taken, or is given up on with `error`; then it stays in the outbox for a person. */
export const conclude = async (
  state: RunState,
  held: HeldTranscript,
  error: CallscribeError | undefined,
): Promise<void> => {
  const row = successRow(held, state.settings.price, state.clock.now());
  await book(state, error ? { ...row, status: 'failed', outcome: 'Failed', errorCode: error.code } : row, error);
  if (!error) await state.journal.forget(held.reservation.recordingId);
};

/** Gives what an earlier attempt of the run began, and this one does not take up, its outcome. */
export const closeUnfinished = async (state: RunState, row: Row, reason: CallscribeError): Promise<void> => {
  const outcome = outcomeOf(reason);
  const core = { status: statusOf(outcome), outcome, errorCode: reason.code };
  await book(state, closingRow(row, state.clock.now(), core), reason);
};

/** A run that is over leaves nothing without an outcome. Not for what is in flight. */
export const closeAll = async (state: RunState, reason: CallscribeError): Promise<void> => {
  for (const { held } of state.desk.clear()) await conclude(state, held, reason);
  const left = [...state.waiting.values(), ...state.unaffordable.splice(0).map(({ recording }) => recording)];
  for (const recording of left) await close(state, recording, outcomeOf(reason), reason);
  for (const conversation of state.putOff.values()) {
    await closeConversation(state, conversation, outcomeOf(reason), reason);
  }
  for (const row of state.tracker.unfinished()) await closeUnfinished(state, row, reason);
};
