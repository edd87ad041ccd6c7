/**
 * What the parts of a run share: what it was given, and the state that it keeps while it goes on.
 * @module
 */
import type { LimitFunction } from 'p-limit';
import type { Clock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { Controls, Journal, RecordingProgress } from '../plan.ts';
import type { Verbs } from '../recording/drive.ts';
import type { FailurePolicy } from '../recording/state.ts';
import type { Conversation, Recording } from '../types.ts';
import type { DeliveryDesk } from './delivery-desk.ts';
import type { Tracker } from './tracker.ts';

/** A conversation's recordings; `NoRecording` where there are none. */
export type Located =
  { readonly kind: 'NoRecording' } | { readonly kind: 'Recordings'; readonly recordings: readonly Recording[] };

export interface RunVerbs extends Omit<Verbs, 'reserve' | 'settle'> {
  find(signal: AbortSignal): AsyncIterable<Conversation>;
  locate(conversation: Conversation, signal: AbortSignal): Promise<Located>;
  /** What a recording is expected to cost before its audio was measured. */
  estimateMicros(durationMs: number): number;
  /** Genesys calls so far. */
  readonly requests: () => number;
}

export interface RunSettings {
  readonly provider: string;
  readonly model: string;
  readonly policy: FailurePolicy;
  readonly maxRecordings: number;
  readonly dryRun: boolean;
  readonly maxFailed: number;
  readonly maxFailedPercent: number;
  /** Shared by all runs of the process. */
  readonly inFlight: LimitFunction;
}

export interface RunContext {
  readonly verbs: RunVerbs;
  readonly settings: RunSettings;
  readonly journal: Journal;
  readonly controls: Controls;
  readonly clock: Clock;
}

export interface RunState extends RunContext {
  readonly tracker: Tracker;
  readonly desk: DeliveryDesk;
  readonly limit: LimitFunction;
  /** Ends everything: the caller's signal, or an error of the run itself. */
  readonly signal: AbortSignal;
  /** Starts nothing new: the caller's draining, or the failure policy. */
  readonly draining: AbortSignal;
  /** Admitted, and not yet at rest. By key. */
  readonly waiting: Map<string, Recording>;
  /** Wait for a larger budget. */
  readonly unaffordable: Recording[];
  /** Starts `work` in the background; what it throws ends the run. */
  readonly start: (work: () => Promise<void>) => void;
  /** True once the whole window was read: only then does a share of it mean anything. */
  readonly allFound: () => boolean;
  /** Starts nothing new from here on; what is left gets its outcome from `reason`. */
  readonly giveUp: (reason: CallscribeError) => void;
}

const OVER: ReadonlySet<string> = new Set(['CSC_CANCELLED', 'CSC_DEADLINE_EXCEEDED', 'CSC_FAILURE_POLICY']);

/** Set where the run is over though it is not complete: what is left gets an outcome now, not in a later attempt. */
export const overBecause = ({ draining, controls }: RunState): CallscribeError | undefined => {
  const reasons: unknown[] = [controls.signal.reason, draining.reason];
  return reasons.find((reason) => reason instanceof CallscribeError && OVER.has(reason.code)) as
    CallscribeError | undefined;
};

export const isStopping = ({ draining, signal }: RunState): boolean => draining.aborted || signal.aborted;

/** A wait that ends early, without an error, when the run stops. */
export const pause = async ({ clock, signal, draining }: RunState, ms: number): Promise<void> => {
  await clock.sleep(ms, AbortSignal.any([signal, draining])).catch(() => {});
};

export const announce = ({ controls, tracker }: RunState): void => controls.onProgress(() => tracker.progress());

/** Shows a recording that has no outcome yet. */
export const show = (state: RunState, item: Omit<RecordingProgress, 'sinceAtMs'>): void => {
  const estimateMicros = item.costMicros || state.verbs.estimateMicros(item.durationMs);
  state.tracker.update({ ...item, sinceAtMs: state.clock.now() }, estimateMicros);
  announce(state);
};

export const showPending = (state: RunState, recording: Recording, attempt: number): void =>
  show(state, {
    recordingId: recording.recordingId,
    conversationId: recording.conversation.conversationId,
    state: 'Pending',
    stage: 'Fetch',
    attempt,
    durationMs: recording.announcedDurationMs,
    costMicros: 0,
  });
