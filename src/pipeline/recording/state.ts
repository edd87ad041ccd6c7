/**
 * The state machine of one recording. A state carries exactly what its verb needs, so that a verb cannot run too early:
 *
 *     Fetch ► Screen ► Reserve ► Transcribe ► Attribute ► Deliver ► Settle ► Done
 *
 * Beside that line: `Wait` (asked to slow down: the same state again, no attempt used), `Unaffordable` (the budget does not
 * hold it now) and `Held` (paid for, and no destination has taken it yet). All decisions are here and pure; `drive.ts` acts.
 * @module
 */
import type { CallscribeError } from '../../errors.ts';
import type { HeldTranscript } from '../plan.ts';
import type { Audio, Recording, Reservation, Row, Stage, Transcript, Utterance } from '../types.ts';

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
      readonly utterances: readonly Utterance[];
    } & Attempt)
  | ({ readonly stage: 'Deliver'; readonly reservation: Reservation; readonly transcript: Transcript } & Attempt)
  | ({
      readonly stage: 'Settle';
      readonly row: Row;
      readonly error?: CallscribeError;
      readonly next?: Working;
    } & Attempt)
  | ({ readonly stage: 'Wait'; readonly waitMs: number; readonly next: Working } & Attempt);

export type Resting =
  | { readonly stage: 'Done'; readonly row: Row }
  | { readonly stage: 'Unaffordable'; readonly attempt: number; readonly priceMicros: number }
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

const measuredOf = (state: State): Partial<Pick<Row, 'durationMs' | 'channels'>> => {
  const audio = audioOf(state);
  return audio ? { durationMs: audio.durationMs, channels: audio.channels } : {};
};

export interface RowFacts {
  readonly recording: Recording;
  readonly provider: string;
  readonly model: string;
  readonly nowMs: number;
  /** What the attempt costs if the service did the work. Integer micro-units. */
  readonly priceMicros: number;
}

type RowCore = Pick<Row, 'status' | 'attempt' | 'outcome'> & Partial<Row>;

/** A row of the report with everything that is known of the recording filled in. */
export const rowOf = ({ recording, provider, model, nowMs }: Omit<RowFacts, 'priceMicros'>, core: RowCore): Row => ({
  recordingId: recording.recordingId,
  conversationId: recording.conversation.conversationId,
  durationMs: recording.announcedDurationMs,
  costMicros: 0,
  costUnknownMicros: 0,
  atMs: nowMs,
  errorCode: '',
  channels: 0,
  provider,
  model,
  queueId: recording.conversation.queueId ?? '',
  ...core,
});

/** The row of an attempt whose transcript was taken. */
export const successRow = (reservation: Reservation, costMicros: number, nowMs: number): Row => {
  const { reservedMicros: _reserved, ...known } = reservation;
  return {
    ...known,
    atMs: nowMs,
    status: 'success',
    outcome: 'Transcribed',
    costMicros,
    costUnknownMicros: 0,
    errorCode: '',
  };
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
const isPaid = (state: Working, error: CallscribeError): boolean =>
  state.stage === 'Attribute' || (state.stage === 'Transcribe' && error.charge === 'full');

/** What an error at a stage did to the purse: what is sure, and what is not. */
const chargeOf = (
  state: Working,
  error: CallscribeError,
  priceMicros: number,
): Pick<Row, 'status' | 'costMicros' | 'costUnknownMicros'> => {
  if (isPaid(state, error)) return { status: 'failed', costMicros: priceMicros, costUnknownMicros: 0 };
  if (state.stage === 'Transcribe' && error.charge === 'unknown') {
    return { status: 'unknown', costMicros: 0, costUnknownMicros: priceMicros };
  }
  return { status: 'failed', costMicros: 0, costUnknownMicros: 0 };
};

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
  if (state.stage === 'Deliver') {
    const { reservation, transcript } = state;
    return { stage: 'Held', held: { reservation, transcript, costMicros: transcript.costMicros }, error };
  }
  if (SLOW_DOWN.has(error.code)) return slowedDown(state, error, policy);
  const charge = chargeOf(state, error, facts.priceMicros);
  const measured = measuredOf(state);
  const again = error.retryable && !isPaid(state, error) && attempt < policy.maxAttempts;
  const core = { ...charge, ...measured, attempt, errorCode: error.code };
  if (error.omission) {
    return { stage: 'Settle', attempt, row: rowOf(facts, { ...core, status: 'skipped', outcome: 'Skipped' }), error };
  }
  const row = rowOf(facts, { ...core, outcome: again ? '' : 'Failed' });
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
  const measured = measuredOf(at);
  const core = { ...measured, attempt: at.attempt, outcome: omission ? 'Skipped' : 'Failed' } as const;
  if (at.stage === 'Transcribe' && begun) {
    const errorCode = reason.code === 'CSC_CANCELLED' ? 'CSC_CANCELLED_IN_FLIGHT' : reason.code;
    return rowOf(facts, { ...core, errorCode, status: 'unknown', costUnknownMicros: facts.priceMicros });
  }
  return rowOf(facts, { ...core, errorCode: reason.code, status: omission ? 'skipped' : 'failed' });
};
