/**
 * Acts on the states of `state.ts`: runs one verb at a time until the recording rests. It never throws for what a recording
 * does; what it throws (a fenced ledger, say) ends the run.
 * @module
 */
import { type CallscribeError, toCallscribeError } from '../../errors.ts';
import type { Audio, Heard, Recording, Reservation, Row, Transcript, Utterance } from '../types.ts';
import { reservationOf, type RowFacts, rowOf, successRow } from './row.ts';
import {
  afterError,
  audioOf,
  type FailurePolicy,
  omittedRow,
  type Resting,
  type State,
  type Working,
} from './state.ts';

/** What the look at a file found: audio that is worth its price, or why it is not. */
export type Screened =
  /** Not always the file that was looked at. */
  | { readonly kind: 'Fit'; readonly audio: Audio }
  /** `skip` tells an intended omission from a failure. */
  | { readonly kind: 'Unfit'; readonly error: CallscribeError; readonly skip: boolean };

/** Whether the money for an attempt is set aside. */
export type Reserved =
  /** Durably. */
  | { readonly kind: 'Reserved' }
  /** The budget does not hold it now. */
  | { readonly kind: 'Unaffordable' }
  /** It was paid for before: `by` has the transcript. */
  | { readonly kind: 'Known'; readonly by: string; readonly error: CallscribeError }
  /** It is being paid for elsewhere. */
  | { readonly kind: 'Elsewhere'; readonly over: Promise<void> };

/** What the pipeline can do with one recording. Plain functions, so that tests pass their own. */
export interface Verbs {
  fetch(recording: Recording, signal: AbortSignal): Promise<Audio>;
  screen(recording: Recording, audio: Audio): Promise<Screened>;
  reserve(reservation: Reservation): Promise<Reserved>;
  transcribe(audio: Audio, signal: AbortSignal): Promise<Heard>;
  attribute(recording: Recording, audio: Audio, utterances: readonly Utterance[]): Promise<Transcript>;
  deliver(transcript: Transcript, signal: AbortSignal): Promise<void>;
  settle(row: Row, error: CallscribeError | undefined): Promise<void>;
  dispose(audio: Audio): Promise<void>;
}

export interface DriveContext extends Pick<RowFacts, 'provider' | 'model' | 'agents' | 'price'> {
  readonly verbs: Verbs;
  readonly policy: FailurePolicy;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** Aborted: finish the attempt, begin no other one. */
  readonly draining: AbortSignal;
  /** Called with each new state, for the progress. */
  readonly onState: (state: Working) => void;
}

const factsOf = (context: DriveContext, recording: Recording): RowFacts => {
  const { provider, model, agents, price } = context;
  return { recording, provider, model, agents, price, nowMs: context.now() };
};

const screened = async (
  context: DriveContext,
  recording: Recording,
  state: Working & { stage: 'Screen' },
): Promise<State> => {
  const { attempt } = state;
  const found = await context.verbs.screen(recording, state.audio);
  if (found.kind === 'Fit') return { stage: 'Reserve', attempt, audio: found.audio };
  const { error, skip } = found;
  const facts = factsOf(context, recording);
  const row = skip
    ? omittedRow(state, error, facts)
    : rowOf(facts, attempt, { status: 'failed', outcome: 'Failed', errorCode: error.code }, state.audio);
  return { stage: 'Settle', attempt, row, error };
};

const reserved = async (
  context: DriveContext,
  recording: Recording,
  state: Working & { stage: 'Reserve' },
): Promise<State> => {
  const { attempt, audio } = state;
  const facts = factsOf(context, recording);
  const reservation = reservationOf(facts, attempt, audio);
  const answer = await context.verbs.reserve(reservation);
  switch (answer.kind) {
    case 'Reserved':
      return { stage: 'Transcribe', attempt, audio, reservation };
    case 'Unaffordable':
      return { stage: 'Unaffordable', attempt, priceMicros: reservation.reservedMicros };
    case 'Elsewhere':
      return { stage: 'Elsewhere', attempt, over: answer.over };
    case 'Known': {
      const { error, by } = answer;
      return { stage: 'Settle', attempt, row: omittedRow(state, error, facts, by), error };
    }
  }
};

const attributed = async (
  context: DriveContext,
  recording: Recording,
  state: Working & { stage: 'Attribute' },
): Promise<State> => {
  const { attempt, audio, reservation } = state;
  const { utterances, usage } = state.heard;
  const transcript = await context.verbs.attribute(recording, audio, utterances);
  return { stage: 'Deliver', attempt, held: { reservation, usage, transcript } };
};

const step = async (context: DriveContext, recording: Recording, state: Working): Promise<State> => {
  const { verbs, signal } = context;
  const { attempt } = state;
  switch (state.stage) {
    case 'Fetch':
      return { stage: 'Screen', attempt, audio: await verbs.fetch(recording, signal) };
    case 'Screen':
      return screened(context, recording, state);
    case 'Reserve':
      return reserved(context, recording, state);
    case 'Transcribe': {
      const { audio, reservation } = state;
      return { stage: 'Attribute', attempt, audio, reservation, heard: await verbs.transcribe(audio, signal) };
    }
    case 'Attribute':
      return attributed(context, recording, state);
    case 'Deliver': {
      await verbs.deliver(state.held.transcript, signal);
      return { stage: 'Settle', attempt, row: successRow(state.held, context.price, context.now()) };
    }
    case 'Wait':
      await context.sleep(state.waitMs, AbortSignal.any([signal, context.draining]));
      return state.next;
    case 'Settle':
      await verbs.settle(state.row, state.error);
      return state.next ?? { stage: 'Done', row: state.row };
  }
};

/**
 * A ledger that cannot be written is no failure of the recording: the run must not go on. Nor may a row that could not be settled
 * be taken for a failed attempt: it may be in the ledger, and the attempt would be paid for again.
 */
const endsTheRun = (state: Working, error: CallscribeError): boolean =>
  state.stage === 'Settle' || error.code.startsWith('CSC_LEDGER_');

/** From here on the money is spent: the result is carried on to the ledger or to the outbox, also while everything else ends. */
const isPaidFor = (state: Working): boolean =>
  state.stage === 'Attribute' || state.stage === 'Deliver' || state.stage === 'Settle';

const next = async (context: DriveContext, recording: Recording, state: Working): Promise<State> => {
  if (context.signal.aborted && !isPaidFor(state)) return { stage: 'Interrupted', at: state, begun: false };
  try {
    return await step(context, recording, state);
  } catch (thrown) {
    const stopped = context.signal.aborted || (state.stage === 'Wait' && context.draining.aborted);
    if (stopped && !isPaidFor(state)) return { stage: 'Interrupted', at: state, begun: true };
    const error = toCallscribeError(thrown);
    if (endsTheRun(state, error)) throw error;
    return afterError(state, error, factsOf(context, recording), context.policy);
  }
};

/** A file that cannot be removed is no reason to lose what was paid for; it is swept when the next process starts. */
const remove = (context: DriveContext, audio: Audio): Promise<void> => context.verbs.dispose(audio).catch(() => {});

const RESTING: ReadonlySet<State['stage']> = new Set<Resting['stage']>([
  'Done',
  'Unaffordable',
  'Elsewhere',
  'Held',
  'Interrupted',
]);

const isResting = (state: State): state is Resting => RESTING.has(state.stage);

/**
 * Drives one recording from `attempt` on until it rests. Its file is removed as soon as no state needs it, whatever happens.
 * @throws CallscribeError where the books cannot be kept, mostly `CSC_LEDGER_*`
 */
export const drive = async (context: DriveContext, recording: Recording, attempt: number): Promise<Resting> => {
  let state: State = { stage: 'Fetch', attempt };
  let kept: Audio | undefined;
  try {
    while (!isResting(state)) {
      context.onState(state);
      state = await next(context, recording, state);
      const audio = isResting(state) ? undefined : audioOf(state);
      if (kept && kept !== audio) await remove(context, kept);
      kept = audio;
    }
    return state;
  } finally {
    if (kept) await remove(context, kept);
  }
};
