/**
 * Works on one admitted recording: drives it, and deals with how it came to rest.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import { drive, type DriveContext } from '../recording/drive.ts';
import { interruptedRow, type Resting, shownStage, unusedReservation, type Working } from '../recording/state.ts';
import type { Recording, Reservation } from '../types.ts';
import { book, close } from './books.ts';
import { leftMicros } from './budget.ts';
import { announce, isStopping, pause, type RunState, show, showPending } from './context.ts';
import { keyOf } from './tally.ts';

const CLOSED_POLL_MS = 1000;

/** Takes a reservation out of the budget, durably. False where the budget does not hold it. */
const reserve = async ({ tracker, controls, journal }: RunState, reservation: Reservation): Promise<boolean> => {
  if (reservation.reservedMicros > leftMicros(tracker.cost(), controls.settings())) return false;
  // Counted before the write, so that two recordings side by side cannot both take the last of the budget.
  tracker.reserved(reservation);
  await journal.reserve(reservation);
  return true;
};

const showWorking = (state: RunState, recording: Recording, working: Working): void => {
  if (working.stage === 'Settle') return;
  const durationMs = 'audio' in working ? working.audio.durationMs : recording.announcedDurationMs;
  show(state, {
    recordingId: recording.recordingId,
    conversationId: recording.conversation.conversationId,
    state: 'InProgress',
    stage: shownStage(working),
    attempt: working.attempt,
    durationMs,
    costMicros: 'reservation' in working ? working.reservation.reservedMicros : 0,
  });
};

const driveContext = (state: RunState, recording: Recording): DriveContext => ({
  verbs: {
    ...state.verbs,
    reserve: (reservation) => reserve(state, reservation),
    settle: (row, error) => book(state, row, error),
    deliver: async (transcript, signal) => {
      await state.verbs.deliver(transcript, signal);
      state.desk.note(undefined);
    },
  },
  policy: state.settings.policy,
  provider: state.settings.provider,
  model: state.settings.model,
  now: () => state.clock.now(),
  sleep: (ms, signal) => state.clock.sleep(ms, signal),
  signal: state.signal,
  draining: state.draining,
  onState: (working) => showWorking(state, recording, working),
});

const interrupted = async (
  state: RunState,
  recording: Recording,
  resting: Resting & { stage: 'Interrupted' },
): Promise<void> => {
  const unused = unusedReservation(resting);
  if (unused) {
    await state.journal.handBack(unused);
    state.tracker.handedBack(unused);
  }
  const reason = state.overBecause();
  // Without a reason that ends the run, a later attempt takes the recording up again: its reservation stays in the ledger.
  if (!reason) return showPending(state, recording, resting.at.attempt - 1);
  const priceMicros = 'audio' in resting.at ? state.verbs.priceMicros(resting.at.audio) : 0;
  await book(
    state,
    interruptedRow(resting, reason, { ...state.settings, recording, nowMs: state.clock.now(), priceMicros }),
    reason,
  );
};

const hold = async (state: RunState, { held, error }: Resting & { stage: 'Held' }): Promise<void> => {
  const takenBy = state.verbs.takenBy(held.reservation.recordingId);
  const kept = takenBy.length > 0 ? { ...held, takenBy } : held;
  await state.journal.hold(kept);
  if (!state.signal.aborted) state.desk.note(error);
  state.desk.park(kept, error);
};

const rest = async (state: RunState, recording: Recording, resting: Resting): Promise<void> => {
  switch (resting.stage) {
    case 'Done':
      return;
    case 'Unaffordable':
      state.unaffordable.push({ recording, priceMicros: resting.priceMicros });
      return showPending(state, recording, resting.attempt - 1);
    case 'Held':
      return hold(state, resting);
    case 'Interrupted':
      return interrupted(state, recording, resting);
  }
};

/** From its turn to rest. Rejects where the books cannot be kept. */
const work = async (state: RunState, recording: Recording): Promise<void> => {
  const { recordingId, conversation } = recording;
  const key = keyOf({ recordingId, conversationId: conversation.conversationId });
  const used = state.tracker.attemptsOf(key);
  if (used >= state.settings.policy.maxAttempts) {
    const error = new CallscribeError('CSC_ATTEMPT_UNKNOWN', `all ${used} attempts are used up`);
    return close(state, recording, 'Failed', error);
  }
  const resting = await drive(driveContext(state, recording), recording, used + 1);
  // One that a later attempt takes up stays listed; a run that is over gives it an outcome below or at its end.
  if (resting.stage !== 'Interrupted') state.waiting.delete(key);
  await rest(state, recording, resting);
  announce(state);
};

/**
 * Waits for the destination to take something, where it takes nothing, and then for a place among the recordings in flight.
 * Not the other way round: a run that only waits must not keep the others from theirs.
 */
const whenItIsTime = async (state: RunState, recording: Recording): Promise<void> => {
  const mustWait = (): boolean => state.desk.isClosed() && !isStopping(state);
  const takeTurn = async (): Promise<boolean> => {
    if (mustWait()) return false;
    if (!isStopping(state)) await work(state, recording);
    return true;
  };
  do {
    while (mustWait()) await pause(state, CLOSED_POLL_MS);
  } while (!(await state.settings.inFlight(takeTurn)));
};

/** Hands an admitted recording to the workers. Nothing is begun once the run is stopping. */
export const employ = (state: RunState, recording: Recording): void => {
  const { recordingId, conversation } = recording;
  state.waiting.set(keyOf({ recordingId, conversationId: conversation.conversationId }), recording);
  state.start(() => state.limit(() => whenItIsTime(state, recording)));
};
