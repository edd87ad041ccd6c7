/**
 * What exists in the simulated organisation: a plain value that tests write down and the simulator only reads. How often
 * something was asked for is not in here but in the running simulator, so one world serves many of them.
 * @module
 */

export interface World {
  readonly clients: readonly OAuthClient[];
  readonly conversations: readonly WorldConversation[];
  /** How far the data of details jobs are complete. Without it, all of them. */
  readonly availableUntilMs?: number;
}

/** An OAuth client of the Client Credentials grant: what it may do comes from the permissions of its roles. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly permissions: readonly string[];
}

/** Times are milliseconds since the epoch throughout. */
export interface WorldConversation {
  readonly conversationId: string;
  readonly startAtMs: number;
  /** Absent while it is going on. */
  readonly endAtMs?: number;
  readonly originatingDirection: 'inbound' | 'outbound';
  readonly divisionIds: readonly string[];
  readonly participants: readonly WorldParticipant[];
  readonly recordings: readonly WorldRecording[];
  /** So many of the first questions for its recordings, and for their metadata, are answered with an empty list. */
  readonly recordingsLate?: number;
  /** So many of the first times that analytics shows it, it is still going on. */
  readonly liveFor?: number;
  /** False for a conversation that analytics still has and the conversation API no longer. */
  readonly inLiveStore?: boolean;
}

export interface WorldParticipant {
  readonly participantId: string;
  /** `agent`, `user`, `customer`, `external`, `acd`, `ivr`, `outbound`, … */
  readonly purpose: string;
  readonly name?: string;
  readonly userId?: string;
  readonly sessions: readonly WorldSession[];
}

/** One leg of a participant. */
export interface WorldSession {
  readonly sessionId: string;
  /** The session at the other end; for an agent, that of the customer. */
  readonly peerId?: string;
  readonly mediaType: 'voice' | 'chat' | 'callback' | 'email' | 'message';
  readonly direction: 'inbound' | 'outbound';
  /** True where recording was started, which does not mean that a file exists. */
  readonly recording?: boolean;
  readonly ani?: string;
  readonly dnis?: string;
  readonly outboundCampaignId?: string;
  readonly dispositionName?: string;
  /** First words that call analysis heard. */
  readonly speechStartAtMs?: number;
  readonly segments: readonly WorldSegment[];
}

export interface WorldSegment {
  /** `dialing`, `alert`, `interact`, `hold`, `ivr`, `wrapup`, … */
  readonly type: string;
  readonly startAtMs: number;
  /** Absent while it is going on. */
  readonly endAtMs?: number;
  readonly queueId?: string;
}

export type FileState = 'ARCHIVED' | 'AVAILABLE' | 'DELETED' | 'ERROR' | 'RESTORED' | 'RESTORING' | 'UPLOADING';

export interface WorldRecording {
  readonly recordingId: string;
  /** The session of the outside party. */
  readonly sessionId: string;
  readonly media: 'audio' | 'chat' | 'email' | 'messaging' | 'screen';
  readonly mediaSubtype?: 'Consult' | 'Screen' | 'Snippet' | 'Station' | 'Trunk';
  readonly fileRole?: 'ADHOC' | 'CUSTOMER_EXPERIENCE';
  readonly fileState: FileState;
  readonly startAtMs: number;
  readonly endAtMs: number;
  /**
   * Path of a file, or the bytes themselves; without it there is nothing to play. A WAV file gets a comment that names the
   * recording, so that no two recordings have the same bytes; a Buffer is served as it is.
   */
  readonly content?: string | Buffer;
  /** The same as it was recorded, which is what a batch request gives, where that is not what it is transcoded to. */
  readonly original?: string | Buffer;
  /**
   * Under which keys `mediaUris` offers it: one file under `0` or `S`, or the two channels of a stereo WAV file as mono files
   * under `0` (outside) and `1` (inside).
   */
  readonly layout: '0' | 'S' | '0+1';
  /** So many of the first questions are answered with 202, for the whole conversation: transcoding. */
  readonly notReady?: number;
  /** So many of the first questions see it in the state `UPLOADING`. */
  readonly uploading?: number;
  /** True where the client may see the conversation, but not this recording. */
  readonly restricted?: boolean;
  /** True where only `recording:recording:viewSensitiveData` shows it; a batch leaves it out without a word. */
  readonly sensitive?: boolean;
  /** A batch request gives this error instead of the recording. */
  readonly batchError?: string;
  /** So many questions for it after it was ordered to be restored find it in the state `RESTORING`. Default 1. */
  readonly restoring?: number;
}

/** Everything that callscribe documents as needed, and no more. */
export const leastPermissions: readonly string[] = [
  'analytics:conversationDetail:view',
  'conversation:communication:view',
  'recording:recording:view',
];

export const defaultClient: OAuthClient = {
  clientId: '6f1c2b7e-0b7d-4a55-9a31-0d1f9a3c5e11',
  clientSecret: 'simulated-client-secret',
  permissions: leastPermissions,
};

/** A world of these conversations with one client that may do what is needed. */
export const worldOf = (
  conversations: readonly WorldConversation[],
  clients: readonly OAuthClient[] = [defaultClient],
): World => ({ clients, conversations });
