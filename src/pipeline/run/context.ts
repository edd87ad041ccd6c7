/**
 * What the parts of a run share: what it was given, and the state that it keeps while it goes on.
 * @module
 */
import type { LimitFunction } from 'p-limit';
import type { Clock } from '../../clock.ts';
import type { CallscribeError } from '../../errors.ts';
import type { RunClaims } from '../claims/claims.ts';
import type { IdSet } from '../find/id-set.ts';
import type { Allowance } from '../money/allowance.ts';
import type { Length } from '../money/pricing.ts';
import { estimateMicros, type RunPrice } from '../money/rates.ts';
import type { Controls, GenesysCalls, Hindrance, Journal, RecordingProgress } from '../plan.ts';
import type { AgentNaming } from '../recording/allocation.ts';
import type { Verbs } from '../recording/drive.ts';
import type { FailurePolicy } from '../recording/state.ts';
import type { Refusal } from '../screen/screen.ts';
import type { Conversation, Recording } from '../types.ts';
import type { Bell } from './bell.ts';
import type { DeliveryDesk } from './delivery-desk.ts';
import type { Tracker } from './tracker.ts';

/** What became known of a conversation. */
export type Located =
  | { readonly kind: 'Recording'; readonly recording: Recording }
  /** It has no recording; `error` says which kind of nothing that is. */
  | { readonly kind: 'None'; readonly conversation: Conversation; readonly error: CallscribeError }
  | { readonly kind: 'Failed'; readonly conversation: Conversation; readonly error: CallscribeError }
  /** Something of it is not ready yet: being uploaded, transcoded or restored. `otherwise` holds when the time for that is over. */
  | {
      readonly kind: 'Later';
      readonly conversation: Conversation;
      readonly wait: 'Ready' | 'Restored';
      readonly otherwise: readonly Located[];
    };

export const conversationOf = (located: Located): Conversation =>
  located.kind === 'Recording' ? located.recording.conversation : located.conversation;

export interface RunVerbs extends Omit<Verbs, 'reserve' | 'settle'> {
  /** In pages, none of them empty. `note` is told what is waited for, and without a text that it is there. */
  find(signal: AbortSignal, note: (text?: string) => void): AsyncIterable<readonly Conversation[]>;
  /** Conversations as they are now: those that were still going on may have ended. */
  refind(conversations: readonly Conversation[], signal: AbortSignal): AsyncIterable<readonly Conversation[]>;
  /**
   * Calls `onLocated` with everything that is found out, as soon as it is, and resolves when all conversations are decided or put
   * off. Rejects with what would be the same for every conversation, or with the reason of the signal.
   */
  locate(
    conversations: readonly Conversation[],
    onLocated: (located: Located) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** The destinations that have a transcript which others do not have yet, as words to be kept with it. */
  takenBy(recordingId: string): readonly string[];
  /** Tells what an earlier attempt of the run delivered. */
  resume(recordingId: string, takenBy: readonly string[]): void;
  /** So many conversations are worth locating together now. */
  readonly locateSize: () => number;
  /** The length of a recording from the first bytes of its file; undefined where they do not tell. */
  probe(recording: Recording, signal: AbortSignal): Promise<Length | undefined>;
  /** Why a recording of this length would not be paid for, as far as that can be told without its file. */
  foresee(recording: Recording, length: Length): Refusal | undefined;
  /** Genesys calls so far, by what they were for. */
  readonly requests: () => GenesysCalls;
  /** Calls `listener` with what is wrong while Genesys Cloud is away, and without a text when it is back. */
  onOutage(listener: (message: string | undefined) => void): () => void;
}

export interface RunSettings {
  readonly provider: string;
  readonly model: string;
  readonly agents: AgentNaming;
  readonly price: RunPrice;
  readonly policy: FailurePolicy;
  readonly maxRecordings: number;
  readonly dryRun: boolean;
  readonly maxFailed: number;
  readonly maxFailedPercent: number;
  /** How long what is being uploaded or transcoded, or restored, is waited for. */
  readonly patienceMs: Readonly<Record<'Ready' | 'Restored', number>>;
  /** Shared by all runs of the process. */
  readonly inFlight: LimitFunction;
}

export interface RunContext {
  readonly verbs: RunVerbs;
  readonly settings: RunSettings;
  readonly journal: Journal;
  readonly controls: Controls;
  readonly claims: RunClaims;
  readonly clock: Clock;
}

/** `Blocked` waits for a larger budget before it reads on; with `Done` the whole window was read and located. */
export type IntakeState = 'Reading' | 'Blocked' | 'Done';

/** Admitted, and more than the budget holds now. */
export interface Unaffordable {
  readonly recording: Recording;
  readonly priceMicros: number;
}

export interface RunState extends RunContext {
  readonly tracker: Tracker;
  readonly desk: DeliveryDesk;
  readonly limit: LimitFunction;
  /** Ends everything: the caller's signal, or books that cannot be kept. */
  readonly signal: AbortSignal;
  /** Starts nothing new: the caller's draining, the failure policy, or an error of the run itself. */
  readonly draining: AbortSignal;
  /** Aborted with either of them: for what costs nothing and so need not end by itself. */
  readonly stopping: AbortSignal;
  /** Keys of what was admitted and has no outcome. */
  readonly admitted: Set<string>;
  /** Those of them that are not yet at rest. By key. */
  readonly waiting: Map<string, Recording>;
  readonly unaffordable: Unaffordable[];
  /** Takes what is free off the rows. */
  readonly allowance: Allowance;
  /** Keys of what an earlier attempt of the run began, until they are found again. */
  readonly awaited: Set<string>;
  /** Conversations that have their turn later, by the key of a conversation without a recording. */
  readonly putOff: Map<string, Conversation>;
  /** Recordings that are done or being done, whatever their conversation. */
  readonly claimed: IdSet;
  /** Keys of the transcripts that an earlier attempt of the run paid for. */
  readonly held: ReadonlySet<string>;
  intake: IntakeState;
  /** Works under way, the intake among them. */
  readonly tasks: ReadonlySet<Promise<void>>;
  /** Rings when one of them ends, and when the settings change. */
  readonly bell: Bell;
  /** Starts `work` in the background; what it throws ends the run. */
  readonly start: (work: () => Promise<void>) => void;
  /** Starts nothing new from here on; what is left gets its outcome from `reason`. */
  readonly giveUp: (reason: CallscribeError) => void;
  /** Set where the run is over though it is not complete: what is left gets an outcome now, not in a later attempt. */
  readonly overBecause: () => CallscribeError | undefined;
}

export const isStopping = ({ stopping }: RunState): boolean => stopping.aborted;

/** Waits for `over`, or for the run to stop. */
export const untilOver = ({ stopping }: RunState, over: Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      stopping.removeEventListener('abort', end);
      resolve();
    };
    if (stopping.aborted) return end();
    stopping.addEventListener('abort', end);
    void over.then(end);
  });

/** A wait that ends early, without an error, when the run stops or something `changed`. Leaves no timer behind. */
export const pause = async (
  { clock, stopping, bell }: RunState,
  ms: number,
  changed: Promise<void> = bell.next(),
): Promise<void> => {
  const woken = new AbortController();
  const moment = clock.sleep(ms, AbortSignal.any([stopping, woken.signal])).catch(() => {});
  await Promise.race([changed, moment]);
  woken.abort();
};

export const announce = ({ controls, tracker }: RunState): void => controls.onProgress(() => tracker.progress());

/** Tells what hinders the run, and without a message that it does no longer. */
export const hinder = (state: RunState, code: Hindrance['code'], message: string | undefined): void => {
  if (state.tracker.hinder(code, message)) announce(state);
};

/** Shows a recording that has no outcome yet. */
export const show = (state: RunState, item: Omit<RecordingProgress, 'sinceAtMs'>): void => {
  const expectedMicros = item.costMicros || estimateMicros(state.settings.price, item.durationMs);
  state.tracker.update({ ...item, sinceAtMs: state.clock.now() }, expectedMicros);
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

/** Shows a conversation whose recordings are not known yet. */
export const showConversation = (state: RunState, { conversationId }: Conversation): void =>
  show(state, {
    recordingId: '',
    conversationId,
    state: 'Pending',
    stage: 'Locate',
    attempt: 0,
    durationMs: 0,
    costMicros: 0,
  });
