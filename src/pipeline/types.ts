/**
 * One type for each arrow of the pipeline:
 *
 *     Window ─find─► Conversation ─locate─► Recording ─fetch─► Audio ─screen─► Audio
 *        ─reserve─► Reservation ─transcribe─► Utterances ─attribute─► Transcript ─deliver─► Receipt ─settle─► Row
 *
 * Times are integer milliseconds: since the Unix epoch where the name ends in `AtMs`, from the start of the audio or as a
 * length elsewhere. Money is integer micro-units of the run's currency.
 * @module
 */
import type { ErrorCode } from '../errors.ts';

/** Half open: `fromMs` belongs to it, `toMs` does not. Milliseconds since the epoch. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One voice conversation that started in the window. */
export interface Conversation {
  readonly conversationId: string;
  readonly startAtMs: number;
  /** Absent while the conversation is still going on. */
  readonly endAtMs?: number;
  readonly direction: 'inbound' | 'outbound';
  readonly divisionIds: readonly string[];
  /** Whether recording was started in any leg, where Genesys says so. It does not mean that there is a file. */
  readonly isRecorded?: boolean;
  /** The first queue, campaign that took part; for the report. */
  readonly queueId?: string;
  readonly campaignId?: string;
  readonly participants: readonly Participant[];
}

/**
 * `agent` and `customer` are people; `system` is everything else that can be heard (IVR, ACD, dialer, voicemail).
 * Which `purpose` is which: Genesys names `agent` and `user` for the organisation's people, `customer` and `external` for the others.
 */
export type ParticipantKind = 'agent' | 'customer' | 'system';

export interface Participant {
  readonly participantId: string;
  /** The word of Genesys, for example `agent`, `user`, `customer`, `external`, `acd`, `ivr`. */
  readonly purpose: string;
  readonly kind: ParticipantKind;
  readonly userId?: string;
  readonly sessions: readonly Session[];
}

/** One leg of a participant. */
export interface Session {
  readonly sessionId: string;
  /** The session at the other end of this leg. A recording's `sessionId` is that of the external side. */
  readonly peerId?: string;
  readonly segments: readonly Segment[];
}

export interface Segment {
  /** The word of Genesys: `interact`, `hold`, `ivr`, `dialing`, `wrapup`, … */
  readonly type: string;
  readonly startAtMs: number;
  readonly endAtMs: number;
}

/** One audio recording of a conversation, with what is needed to decide about it and to fetch it. */
export interface Recording {
  readonly recordingId: string;
  readonly conversation: Conversation;
  /** Start of the audio on the wall clock; the start of the conversation where Genesys does not say. */
  readonly startAtMs: number;
  /** Length as announced by Genesys, 0 where it does not say. An estimate: what counts is measured on the file. */
  readonly announcedDurationMs: number;
  readonly sessionId?: string;
  /** Signed addresses by media key (`0`, `1`, `S`). Secret: never logged. Empty where `skip` is set. */
  readonly mediaUris: ReadonlyMap<string, string>;
  /** When the addresses expire, where they say so. */
  readonly urisExpireAtMs?: number;
  /** True where nothing but an address is known: start, session and length are taken from the conversation. */
  readonly isBrief?: boolean;
  /** Set where the recording is not to be transcribed; the code says why. */
  readonly skip?: ErrorCode;
  /** What the code does not say, for people. */
  readonly why?: string;
}

/** A file in the work directory. It belongs to one recording and is removed in every outcome. */
export interface Audio {
  readonly path: string;
  readonly bytes: number;
  /** What the file really is, for example `audio/wav`, `audio/ogg`, `audio/mpeg`, `audio/webm`. */
  readonly contentType: string;
  /** `mulaw`, `alaw`, `pcm16`, `opus`, `mp3`, … in lower case. */
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
  readonly durationMs: number;
  /** SHA-256 of the bytes of the recording, hexadecimal. */
  readonly sha256: string;
  /** How many channels the recording has, where they carry the same sound and this file has one of them. */
  readonly foldedFrom?: number;
}

/** By what a report tells recordings apart. Empty where there is none. */
export interface Allocation {
  readonly queueId: string;
  readonly campaignId: string;
  readonly divisionId: string;
  /** The agent's user id or its digest, as `spec.report.agents` has it. */
  readonly agent: string;
}

/** What is known of an attempt before its money is spent; a reservation and the row that it becomes both carry it. */
export interface AttemptFacts extends Allocation {
  /** Empty for a conversation that has no recording. */
  readonly recordingId: string;
  readonly conversationId: string;
  readonly attempt: number;
  /** Of the audio as measured; as announced where there was none. */
  readonly durationMs: number;
  readonly channels: number;
  /** When the conversation started. */
  readonly callAtMs: number;
  readonly provider: string;
  readonly model: string;
  /** Of the bytes of the recording; empty where they were not fetched. */
  readonly audioSha256: string;
  /** What the service bills for the audio, all its rules applied. 0 where nothing was or may have been billed. */
  readonly billedMs: number;
  /** Of one billed minute, surcharges included. */
  readonly microsPerMinute: number;
  /** By the length that Genesys announces, before anything was fetched. */
  readonly estimateMicros: number;
  readonly reservedMicros: number;
  /** What was not paid thanks to a look at the file or at earlier rows, and the code of the reason. */
  readonly avoidedMicros: number;
  readonly avoidedBy: ErrorCode | '';
}

/** Money that may be being spent now. In the ledger before the request leaves. */
export interface Reservation extends AttemptFacts {
  readonly atMs: number;
}

/** What a speech service says about a piece of work, where it says anything. Kept beside our own figures, never in their place. */
export interface Usage {
  /** By which the service finds the request again. */
  readonly requestId?: string;
  /** Length of the audio as the service measured it. */
  readonly audioMs?: number;
  /** What it bills. */
  readonly billedMs?: number;
}

/** The answer of a speech service. */
export interface Heard {
  readonly utterances: readonly Utterance[];
  readonly usage: Usage;
}

/** What a speech service heard. */
export interface Utterance {
  /** The label of the service; has no meaning beyond telling speakers apart. */
  readonly speaker: string;
  /** Zero-based, where the service answers by channel. */
  readonly channel?: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}

export type Role = 'agent' | 'customer' | 'system' | 'unknown';

export interface Turn extends Utterance {
  readonly role: Role;
}

/** How the roles were told apart, so that a person can check it. */
export interface RoleEvidence {
  readonly method: 'channel' | 'energy' | 'timeline' | 'none';
  /** 0 to 100: how sure the attribution is. Below `roles.minConfidence` the role is `unknown`. */
  readonly confidencePercent: number;
  /** Readable, one fact a line, for example `speaker_1: 82 % of its speech lies in agent segments`. */
  readonly facts: readonly string[];
}

/** The full document. Turns are in time order. */
export interface Transcript {
  readonly conversationId: string;
  readonly recordingId: string;
  readonly language: string;
  readonly durationMs: number;
  readonly channels: number;
  readonly engine: { readonly provider: string; readonly model: string };
  readonly turns: readonly Turn[];
  readonly roles: RoleEvidence;
  readonly costMicros: number;
  readonly currency: string;
  readonly createdAtMs: number;
}

/** Proof that a destination has the transcript. */
export interface Receipt {
  readonly destination: string;
  readonly status: number;
  readonly atMs: number;
}

export type AttemptStatus = 'success' | 'failed' | 'unknown' | 'skipped';

/** How a recording, or a conversation without one, ended. Exactly one row of each carries it. */
export type Outcome = 'Transcribed' | 'Skipped' | 'Failed' | 'NoRecording';

/** One line of the report: a finished attempt, or what ended without any. */
export interface Row extends AttemptFacts {
  readonly costMicros: number;
  readonly costUnknownMicros: number;
  readonly status: AttemptStatus;
  readonly atMs: number;
  readonly errorCode: ErrorCode | '';
  /** Empty on an attempt that another one followed. */
  readonly outcome: Outcome | '';
  /** The part of `billedMs` that cost nothing. */
  readonly freeMs: number;
  readonly usage: Usage;
  /** What the figures of `usage` come to at our rates; absent where it has none. */
  readonly providerMicros?: number;
  /** The run, and the recording where it is another one, that has the transcript already. Empty where none has. */
  readonly transcribedBy: string;
}

/** A row in its place in the ledger. */
export interface LedgerRow extends Row {
  /** From 1, without gaps, over all shards. 0 until the row is linked. */
  readonly seq: number;
  /** SHA-256 over this row and the one before it, hexadecimal: see `settle/chain.ts`. */
  readonly chain: string;
}

/** The pipeline's steps, as `status.recordings[].stage` shows them. */
export type Stage = 'Locate' | 'Fetch' | 'Screen' | 'Reserve' | 'Transcribe' | 'Attribute' | 'Deliver' | 'Settle';
