/**
 * Acts on the states of `state.ts`: runs one verb at a time until the recording rests. It never throws for what a recording
 * does; what it throws (a fenced ledger, say) ends the run.
 * @module
 */
import { type CallscribeError, toCallscribeError } from '../../errors.ts';
import type { Audio, Recording, Reservation, Row, Transcript, Utterance } from '../types.ts';
import {
  afterError,
  audioOf,
  type FailurePolicy,
  type Resting,
  type RowFacts,
  rowOf,
  successRow,
  type State,
  type Working,
} from './state.ts';

/** What the pipeline can do with one recording. Plain functions, so that tests pass their own. */
export interface Verbs {
  fetch(recording: Recording, signal: AbortSignal): Promise<Audio>;
  /** An error says why the audio is not to be paid for; `skip` tells an intended omission from a failure. */
  screen(recording: Recording, audio: Audio): { readonly error: CallscribeError; readonly skip: boolean } | undefined;
  priceMicros(audio: Audio): number;
  /** False where the budget does not hold it. Resolves when the reservation is durable. */
  reserve(reservation: Reservation): Promise<boolean>;
  transcribe(audio: Audio, signal: AbortSignal): Promise<readonly Utterance[]>;
  attribute(recording: Recording, audio: Audio, utterances: readonly Utterance[]): Promise<Transcript>;
  deliver(transcript: Transcript, signal: AbortSignal): Promise<void>;
  settle(row: Row, error: CallscribeError | undefined): Promise<void>;
  dispose(audio: Audio): Promise<void>;
}

export interface DriveContext {
  readonly verbs: Verbs;
  readonly policy: FailurePolicy;
  readonly provider: string;
  readonly model: string;
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** Aborted: finish the attempt, begin no other one. */
  readonly draining: AbortSignal;
  /** Called with each new state, for the progress. */
  readonly onState: (state: Working) => void;
}

const factsOf = (context: DriveContext, recording: Recording, state: State): RowFacts => {
  const audio = audioOf(state);
  return {
    recording,
    provider: context.provider,
    model: context.model,
    nowMs: context.now(),
    priceMicros: audio ? context.verbs.priceMicros(audio) : 0,
  };
};

const screened = (context: DriveContext, recording: Recording, state: Working & { stage: 'Screen' }): State => {
  const { attempt, audio } = state;
  const refusal = context.verbs.screen(recording, audio);
  if (!refusal) return { stage: 'Reserve', attempt, audio };
  const { skip, error } = refusal;
  const row = rowOf(factsOf(context, recording, state), {
    attempt,
    status: skip ? 'skipped' : 'failed',
    outcome: skip ? 'Skipped' : 'Failed',
    errorCode: error.code,
    durationMs: audio.durationMs,
    channels: audio.channels,
  });
  return { stage: 'Settle', attempt, row, error };
};

const reserved = async (
  context: DriveContext,
  recording: Recording,
  state: Working & { stage: 'Reserve' },
): Promise<State> => {
  const { attempt, audio } = state;
  const priceMicros = context.verbs.priceMicros(audio);
  const reservation: Reservation = {
    recordingId: recording.recordingId,
    conversationId: recording.conversation.conversationId,
    attempt,
    reservedMicros: priceMicros,
    durationMs: audio.durationMs,
    channels: audio.channels,
    provider: context.provider,
    model: context.model,
    queueId: recording.conversation.queueId ?? '',
    atMs: context.now(),
  };
  const fits = await context.verbs.reserve(reservation);
  return fits ? { stage: 'Transcribe', attempt, audio, reservation } : { stage: 'Unaffordable', attempt, priceMicros };
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
      return { stage: 'Attribute', attempt, audio, reservation, utterances: await verbs.transcribe(audio, signal) };
    }
    case 'Attribute': {
      const transcript = await verbs.attribute(recording, state.audio, state.utterances);
      return { stage: 'Deliver', attempt, reservation: state.reservation, transcript };
    }
    case 'Deliver': {
      await verbs.deliver(state.transcript, signal);
      const row = successRow(state.reservation, state.transcript.costMicros, context.now());
      return { stage: 'Settle', attempt, row };
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
    return afterError(state, error, factsOf(context, recording, state), context.policy);
  }
};

/** A file that cannot be removed is no reason to lose what was paid for; it is swept when the next process starts. */
const remove = (context: DriveContext, audio: Audio): Promise<void> => context.verbs.dispose(audio).catch(() => {});

const isResting = (state: State): state is Resting =>
  state.stage === 'Done' || state.stage === 'Unaffordable' || state.stage === 'Held' || state.stage === 'Interrupted';

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
