/**
 * The state machine of one recording. A state carries exactly what its verb needs, so that a verb cannot run too early:
 *
 *     Fetch ► Screen ► Reserve ► Transcribe ► Attribute ► Deliver ► Settle ► Done
 *
 * Beside that line: `Wait` (asked to slow down: the same state again, no attempt used), `Unaffordable` (the budget does not
 * hold it now), `Elsewhere` (somebody else is paying for it) and `Held` (paid for, and no destination has taken it yet). All
 * decisions are here and pure; `drive.ts` acts.
 * @module
 */
import type { CallscribeError } from '../../errors.ts';
import type { HeldTranscript } from '../plan.ts';
import type { Audio, Heard, Reservation, Row, Stage } from '../types.ts';
import { providerMicros, reservedRow, type RowFacts, rowOf } from './row.ts';

interface Attempt {
  readonly attempt: number;
  /** How often in a row this step was asked to slow down. */
  readonly waits?: number;
}

export type Working =
  | ({ readonly stage: 'Fetch' } & Attempt)
  | ({ readonly stage: 'Screen'; readonly audio: Audio } & Attempt)
  | ({ readonly stage: 'Reserve'; readonly audio: Audio } & Attempt)
  | ({ readonly stage: 'Transcribe'; readonly audio: Audio; readonly reservation: Reservation } & Attempt)
  | ({
      readonly stage: 'Attribute';
      readonly audio: Audio;
      readonly reservation: Reservation;
      readonly heard: Heard;
    } & Attempt)
  | ({ readonly stage: 'Deliver'; readonly held: HeldTranscript } & Attempt)
  | ({
      readonly stage: 'Settle';
      readonly row: Row;
      readonly error?: CallscribeError;
      readonly next?: Working;
    } & Attempt)
  | ({ readonly stage: 'Wait'; readonly waitMs: number; readonly next: Working } & Attempt);

export type Resting =
  | { readonly stage: 'Done'; readonly row: Row }
  /** `priceMicros` is what the attempt would have to reserve. */
  | { readonly stage: 'Unaffordable'; readonly attempt: number; readonly priceMicros: number }
  /** Another attempt is paying for the same recording, or for the same bytes, until `over`. */
  | { readonly stage: 'Elsewhere'; readonly attempt: number; readonly over: Promise<void> }
  | { readonly stage: 'Held'; readonly held: HeldTranscript; readonly error: CallscribeError }
  /** The signal was aborted while the recording was at `at`; `begun` tells whether the verb of that stage had started. */
  | { readonly stage: 'Interrupted'; readonly at: Working; readonly begun: boolean };

export type State = Working | Resting;

/** The stage as the status shows it: a wait shows what it waits for. */
export const shownStage = (state: Working): Stage => (state.stage === 'Wait' ? shownStage(state.next) : state.stage);

/** The file that the state keeps in the work directory, if any. */
export const audioOf = (state: State): Audio | undefined => {
  if ('audio' in state) return state.audio;
  if (state.stage === 'Wait' || state.stage === 'Settle') return state.next && audioOf(state.next);
  return state.stage === 'Interrupted' ? audioOf(state.at) : undefined;
};

export interface FailurePolicy {
  readonly maxAttempts: number;
  /** The wait before the next attempt, where the error does not say. */
  readonly backoffMs: (attempt: number) => number;
}

const SLOW_DOWN: ReadonlySet<string> = new Set([
  'CSC_STT_RATE_LIMITED',
  'CSC_GENESYS_RATE_LIMITED',
  'CSC_RECORDING_NOT_READY',
]);

/** The service did its work, so doing it again would be paid for again. */
const isPaid = ({ stage }: Working, { charge }: CallscribeError): boolean =>
  stage === 'Attribute' || (stage === 'Transcribe' && charge === 'full');

/** What an error did to the purse of an attempt for which money is reserved: what is sure, and what is not. */
const chargeOf = (
  state: Working & { readonly reservation: Reservation },
  error: CallscribeError,
): Pick<Row, 'status'> & Partial<Row> => {
  const { reservation } = state;
  if (isPaid(state, error)) return { status: 'failed', costMicros: reservation.reservedMicros };
  if (error.charge === 'unknown') return { status: 'unknown', costUnknownMicros: reservation.reservedMicros };
  return { status: 'failed' };
};

/** What the service said of its work, where it had answered. */
const reported = (state: Working, { price }: RowFacts): Partial<Row> => {
  if (state.stage !== 'Attribute') return {};
  const { usage } = state.heard;
  return { usage, ...providerMicros(price, usage, state.audio.channels) };
};

/** The row of an attempt that ended with an error. */
const failedRow = (state: Working, error: CallscribeError, outcome: Row['outcome'], facts: RowFacts): Row => {
  const end = { errorCode: error.code, outcome };
  if ('reservation' in state) {
    return reservedRow(state.reservation, facts.nowMs, {
      ...chargeOf(state, error),
      ...reported(state, facts),
      ...end,
    });
  }
  return rowOf(facts, state.attempt, { status: 'failed', ...end }, 'audio' in state ? state.audio : undefined);
};

/** The row of a recording that is left out on purpose. */
export const omittedRow = (
  { attempt, audio }: Attempt & { readonly audio?: Audio },
  error: CallscribeError,
  facts: RowFacts,
  transcribedBy = '',
): Row => rowOf(facts, attempt, { status: 'skipped', outcome: 'Skipped', errorCode: error.code, transcribedBy }, audio);

/** Where the next attempt begins: a recording that reached the speech service is not downloaded again. */
const nextAttempt = (state: Working): Working => {
  const attempt = state.attempt + 1;
  return 'audio' in state ? { stage: 'Reserve', attempt, audio: state.audio } : { stage: 'Fetch', attempt };
};

/** At least as long as the other side asked for, and never at once: it may ask for no time at all. */
const waitMsAfter = (error: CallscribeError, failures: number, policy: FailurePolicy): number =>
  Math.max(error.retryAfterMs ?? 0, policy.backoffMs(failures));

const slowedDown = (state: Working, error: CallscribeError, policy: FailurePolicy): State => {
  const waits = (state.waits ?? 0) + 1;
  const waitMs = waitMsAfter(error, waits, policy);
  return { stage: 'Wait', attempt: state.attempt, waitMs, next: { ...state, waits } };
};

/**
 * The state after an error. A request to slow down uses no attempt; an error that can pass uses one and is tried again after
 * a wait until `maxAttempts`, unless speech was paid for; anything else is the outcome. Errors of `Deliver` never come here as
 * failures: the transcript is held.
 */
export const afterError = (state: Working, error: CallscribeError, facts: RowFacts, policy: FailurePolicy): State => {
  const { attempt } = state;
  if (state.stage === 'Deliver') return { stage: 'Held', held: state.held, error };
  if (SLOW_DOWN.has(error.code)) return slowedDown(state, error, policy);
  if (error.omission) return { stage: 'Settle', attempt, row: omittedRow(state, error, facts), error };
  const again = error.retryable && !isPaid(state, error) && attempt < policy.maxAttempts;
  const row = failedRow(state, error, again ? '' : 'Failed', facts);
  if (!again) return { stage: 'Settle', attempt, row, error };
  const waitMs = waitMsAfter(error, attempt, policy);
  const next: Working = { stage: 'Wait', attempt: attempt + 1, waitMs, next: nextAttempt(state) };
  return { stage: 'Settle', attempt, row, error, next };
};

/** The reservation of an interrupted recording for which nothing was sent, or what was sent was refused: it can be handed back. */
export const unusedReservation = ({ at, begun }: Resting & { stage: 'Interrupted' }): Reservation | undefined => {
  if (at.stage === 'Wait') return 'reservation' in at.next ? at.next.reservation : undefined;
  return at.stage === 'Transcribe' && !begun ? at.reservation : undefined;
};

/** The row of a recording that a run which is over leaves behind. One that was at the speech service may have been billed. */
export const interruptedRow = (
  { at, begun }: Resting & { stage: 'Interrupted' },
  reason: CallscribeError,
  facts: RowFacts,
): Row => {
  const { omission } = reason;
  const outcome = omission ? 'Skipped' : 'Failed';
  if (at.stage === 'Transcribe' && begun) {
    const { reservation } = at;
    const errorCode = reason.code === 'CSC_CANCELLED' ? 'CSC_CANCELLED_IN_FLIGHT' : reason.code;
    const costUnknownMicros = reservation.reservedMicros;
    return reservedRow(reservation, facts.nowMs, { status: 'unknown', outcome, errorCode, costUnknownMicros });
  }
  const status = omission ? 'skipped' : 'failed';
  return rowOf(facts, at.attempt, { status, outcome, errorCode: reason.code }, audioOf(at));
};
