/**
 * Works on one admitted recording: drives it, and deals with how it came to rest.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import { leastMicros } from '../money/rates.ts';
import { drive, type DriveContext } from '../recording/drive.ts';
import { interruptedRow, type Resting, shownStage, unusedReservation, type Working } from '../recording/state.ts';
import type { Recording } from '../types.ts';
import { book, close, closeWith } from './books.ts';
import { leftMicros } from './budget.ts';
import { announce, isStopping, pause, type RunState, show, showPending, untilOver } from './context.ts';
import { knownBy, reserve } from './reserve.ts';
import { keyOf } from './tally.ts';

const CLOSED_POLL_MS = 1000;

const keyOfRecording = ({ recordingId, conversation: { conversationId } }: Recording): string =>
  keyOf({ recordingId, conversationId });

const reservedMicrosOf = (working: Working): number => {
  if (working.stage === 'Deliver') return working.held.reservation.reservedMicros;
  return 'reservation' in working ? working.reservation.reservedMicros : 0;
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
    costMicros: reservedMicrosOf(working),
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
  agents: state.settings.agents,
  price: state.settings.price,
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
    state.claims.release(unused);
  }
  const reason = state.overBecause();
  // Without a reason that ends the run, a later attempt takes the recording up again: its reservation stays in the ledger.
  if (!reason) return showPending(state, recording, resting.at.attempt - 1);
  const facts = { ...state.settings, recording, nowMs: state.clock.now() };
  await book(state, interruptedRow(resting, reason, facts), reason);
};

const putOff = (state: RunState, recording: Recording, attempts: number, priceMicros: number): void => {
  state.unaffordable.push({ recording, priceMicros });
  showPending(state, recording, attempts);
};

/** Takes the recording up again when the attempt that pays for it elsewhere has ended. */
const comeBack = (state: RunState, recording: Recording, attempts: number, over: Promise<void>): void => {
  state.waiting.set(keyOfRecording(recording), recording);
  showPending(state, recording, attempts);
  state.start(async () => {
    await untilOver(state, over);
    if (!isStopping(state)) employ(state, recording);
  });
};

const hold = async (state: RunState, { held, error }: Resting & { stage: 'Held' }): Promise<void> => {
  const takenBy = state.verbs.takenBy(held.reservation.recordingId);
  const kept = takenBy.length > 0 ? { ...held, takenBy } : held;
  await state.journal.hold(kept);
  // It is safe, so nobody else needs to pay for it.
  state.claims.done(held.reservation);
  if (!state.signal.aborted) state.desk.note(error);
  state.desk.park(kept, error);
};

const rest = async (state: RunState, recording: Recording, resting: Resting): Promise<void> => {
  switch (resting.stage) {
    case 'Done':
      return;
    case 'Unaffordable':
      return putOff(state, recording, resting.attempt - 1, resting.priceMicros);
    case 'Elsewhere':
      return comeBack(state, recording, resting.attempt - 1, resting.over);
    case 'Held':
      return hold(state, resting);
    case 'Interrupted':
      return interrupted(state, recording, resting);
  }
};

/** True where the recording needs no attempt now: another run has the transcript, or is paying for it. */
const isElsewhere = async (state: RunState, recording: Recording, attempts: number): Promise<boolean> => {
  const { recordingId } = recording;
  const standing = state.claims.look({ recordingId });
  if (standing.kind === 'Busy') comeBack(state, recording, attempts, standing.over);
  if (standing.kind === 'Done') {
    const { by: transcribedBy, error } = knownBy(standing.by, recordingId);
    await closeWith(state, recording, { outcome: 'Skipped', error, transcribedBy });
  }
  return standing.kind !== 'Free';
};

/** From its turn to rest. Rejects where the books cannot be kept. */
const work = async (state: RunState, recording: Recording): Promise<void> => {
  const { tracker, controls, settings, waiting } = state;
  const key = keyOfRecording(recording);
  const used = tracker.attemptsOf(key);
  if (await isElsewhere(state, recording, used)) return;
  if (used >= settings.policy.maxAttempts) {
    const error = new CallscribeError('CSC_ATTEMPT_UNKNOWN', `all ${used} attempts are used up`);
    return close(state, recording, 'Failed', error);
  }
  const least = leastMicros(settings.price, recording.announcedDurationMs);
  if (least > leftMicros(tracker.cost(), controls.settings())) {
    // What cannot fit is not fetched either.
    waiting.delete(key);
    return putOff(state, recording, used, least);
  }
  const resting = await drive(driveContext(state, recording), recording, used + 1);
  // One that a later attempt takes up stays listed; a run that is over gives it an outcome below or at its end.
  if (resting.stage !== 'Interrupted') waiting.delete(key);
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
  state.waiting.set(keyOfRecording(recording), recording);
  state.start(() => state.limit(() => whenItIsTime(state, recording)));
};
