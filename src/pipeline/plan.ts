/**
 * The seam between the two halves. The controller (or the command line) gives the pipeline a `Plan`, a `Journal` to write to
 * and `Controls`; the pipeline gives back a `Summary`. Neither half knows more of the other than this file.
 * @module
 */
import type { TranscriptionRunSpec } from '../api/types.ts';
import type { ErrorCode } from '../errors.ts';
import type { Reservation, Row, Stage, Transcript, Window } from './types.ts';

/**
 * The data of a Secret of the run's own namespace, decoded. Throws `CSC_SECRET_NOT_FOUND` or `CSC_SECRET_UNAVAILABLE`. Asked
 * again after a refusal (rotation).
 */
export type ReadSecret = (name: string) => Promise<Readonly<Record<string, string>>>;

export interface RunIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface Plan {
  readonly run: RunIdentity;
  readonly spec: TranscriptionRunSpec;
  /** Pinned: `window.last` was resolved once, at the start of the run. */
  readonly window: Window;
  readonly readSecret: ReadSecret;
}

/** A transcript that was paid for and that no destination has taken yet, with the attempt that paid for it. */
export interface HeldTranscript {
  readonly reservation: Reservation;
  readonly costMicros: number;
  readonly transcript: Transcript;
  /** Destinations that have it already. */
  readonly takenBy?: readonly string[];
}

/**
 * The durable side of a run. Each promise resolves when the entry is safe and rejects with `CSC_LEDGER_FENCED` when another
 * process took the run over: from then on this one pays for nothing.
 */
export interface Journal {
  /** All rows of earlier attempts, in the order of the report. */
  rows(): readonly Row[];
  /** Transcripts that earlier attempts paid for and could not deliver; their reservations are still open. */
  held(): readonly HeldTranscript[];
  /** Before a request that may cost money leaves. */
  reserve(reservation: Reservation): Promise<void>;
  /** Adds the row and drops the reservation of the same recording and attempt, if there is one, in one atomic write. */
  settle(row: Row): Promise<void>;
  /** Drops a reservation for which no money can have been spent. */
  handBack(reservation: Reservation): Promise<void>;
  /** Keeps a transcript until `forget`. */
  hold(held: HeldTranscript): Promise<void>;
  forget(recordingId: string): Promise<void>;
}

/** One step that ended, well or not: for metrics and traces. */
export interface Step {
  readonly stage: Stage;
  readonly conversationId: string;
  /** Absent for a step of the conversation as a whole. */
  readonly recordingId?: string;
  readonly startAtMs: number;
  readonly endAtMs: number;
  /** Set where it failed. */
  readonly error?: ErrorCode;
}

/** One request to Genesys Cloud as it went out; a call that is repeated is several. */
export interface GenesysRequest {
  readonly kind: GenesysCallKind;
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  readonly durationMs: number;
}

/** What may change while a run goes on. */
export interface LiveSettings {
  readonly concurrency: number;
  readonly budgetMicros?: number;
}

export interface Controls {
  /** Aborted: start nothing new, let what is in flight end (suspend, drain). */
  readonly draining: AbortSignal;
  /**
   * Aborted: end everything now. Where the reason is a `CallscribeError`, such as `CSC_CANCELLED` or `CSC_DEADLINE_EXCEEDED`, the
   * run is over, and what is not done gets that outcome; any other reason (shutdown, deletion) leaves the rest to a later attempt.
   */
  readonly signal: AbortSignal;
  settings(): LiveSettings;
  /** Calls `listener` after each change of `settings()`; returns the way to stop that. */
  onSettings(listener: () => void): () => void;
  /** Called after every change; `read` makes the snapshot, so that who does not look does not pay. */
  onProgress(read: () => Progress): void;
  /** Called once for each final outcome, with its error where it has one: for Events, logs and metrics. */
  onOutcome(recording: RecordingProgress): void;
  /** Called for each step that ended. */
  readonly onStep?: (step: Step) => void;
  /**
   * True where an error that no later try mends ends the run for good, as the spec of a resource cannot be corrected. At the command
   * line a person can start it again with other flags, so the run stays open there.
   */
  readonly isLastWord?: boolean;
}

/** `Pending` waits for its first or next attempt, `InProgress` is being worked on; the others are final. */
export type RecordingState = 'Pending' | 'InProgress' | 'Transcribed' | 'Skipped' | 'Failed' | 'NoRecording';

/** One entry of `status.recordings[]`. */
export interface RecordingProgress {
  readonly recordingId: string;
  readonly conversationId: string;
  readonly state: RecordingState;
  readonly stage: Stage;
  readonly attempt: number;
  readonly durationMs: number;
  readonly costMicros: number;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
  readonly sinceAtMs: number;
}

/** `found = pending + inProgress + transcribed + skipped + failed + noRecording`, always. */
export interface Counts {
  readonly conversations: number;
  readonly found: number;
  readonly pending: number;
  readonly inProgress: number;
  readonly transcribed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly noRecording: number;
}

export const NO_COUNTS: Counts = {
  conversations: 0,
  found: 0,
  pending: 0,
  inProgress: 0,
  transcribed: 0,
  skipped: 0,
  failed: 0,
  noRecording: 0,
};

export interface Cost {
  readonly settledMicros: number;
  readonly reservedMicros: number;
  readonly unknownMicros: number;
  readonly estimateMicros: number;
}

export const NO_COST: Cost = { settledMicros: 0, reservedMicros: 0, unknownMicros: 0, estimateMicros: 0 };

/** A reason why a run does not go on by itself, though nothing is wrong with the run. */
export interface Hindrance {
  readonly code:
    'CSC_BUDGET_EXHAUSTED' | 'CSC_DESTINATION_REJECTED' | 'CSC_DELIVERY_UNAVAILABLE' | 'CSC_GENESYS_UNAVAILABLE';
  readonly message: string;
}

/** What a request to Genesys Cloud was for. `recording` lists recordings or gets one, `restore` brings one back from the archive. */
export type GenesysCallKind =
  | 'login'
  | 'detailsQuery'
  | 'detailsJob'
  | 'conversation'
  | 'recordingMetadata'
  | 'recording'
  | 'batchRequest'
  | 'restore'
  | 'transcript';

/** Requests of this attempt, by what they were for. */
export type GenesysCalls = Readonly<Record<GenesysCallKind, number>>;

export const NO_CALLS: GenesysCalls = {
  login: 0,
  detailsQuery: 0,
  detailsJob: 0,
  conversation: 0,
  recordingMetadata: 0,
  recording: 0,
  batchRequest: 0,
  restore: 0,
  transcript: 0,
};

/** A snapshot; the status of the resource is a view of it. */
export interface Progress {
  readonly counts: Counts;
  readonly cost: Cost;
  readonly audioMs: number;
  readonly genesys: GenesysCalls;
  /** How many have their outcome because of each error code. */
  readonly reasons: Readonly<Record<string, number>>;
  /** What the run waits for, though nothing is wrong. */
  readonly waitsFor?: string;
  /** In flight first, then the newest finished; at most 100. */
  readonly recordings: readonly RecordingProgress[];
  readonly hindrances: readonly Hindrance[];
}

/**
 * How the run ended:
 * - `Completed`: every recording has its outcome;
 * - `Drained`: `Controls.draining` was aborted, there is more to do;
 * - `Aborted`: `Controls.signal` was aborted;
 * - `Failed`: the run itself could not go on; `error` says why.
 */
export interface Summary {
  readonly ending: 'Completed' | 'Drained' | 'Aborted' | 'Failed';
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly retryable: boolean };
  readonly progress: Progress;
}

/** The pipeline, as its callers see it: one attempt at a run. Never rejects. */
export type RunPipeline = (plan: Plan, journal: Journal, controls: Controls) => Promise<Summary>;
