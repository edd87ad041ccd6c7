/**
 * What Genesys says of one recording, in the terms of a run. Pure.
 * @module
 */
import type { ErrorCode } from '../../errors.ts';
import { present, readObject, readText, readTimeMs, readWhole } from '../genesys/read.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Conversation, Recording } from '../types.ts';
import { expiryOf } from './expiry.ts';

/**
 * `Unready` will change by itself: it is being uploaded or transcoded. `Archived` can be restored, which takes hours, `Restoring`
 * is on its way; the others are of no use any more.
 */
export type FileState = 'Playable' | 'Unready' | 'Archived' | 'Restoring' | 'Deleted' | 'Faulty';

export interface RecordingFacts {
  readonly recordingId: string;
  readonly isAudio: boolean;
  /**
   * How well it stands for the call, 0 is best: the trunk hears both sides, a station hears the same again, the others are parts
   * of the call or of what was said beside it.
   */
  readonly rank: number;
  readonly state: FileState;
  readonly startAtMs?: number;
  readonly endAtMs?: number;
  /** 0 where it is not known. */
  readonly announcedDurationMs: number;
  readonly sessionId?: string;
  readonly mediaUris: ReadonlyMap<string, string>;
}

export const RANKS = { trunk: 0, station: 1, adHoc: 2, snippet: 3, consult: 4, other: 5 } as const;

const RANK_OF_SUBTYPE: Readonly<Record<string, number>> = {
  Trunk: RANKS.trunk,
  Station: RANKS.station,
  Snippet: RANKS.snippet,
  Consult: RANKS.consult,
};

const rankOf = (row: JSONObject): number => {
  const subtype = readText(row['mediaSubtype']);
  const rank = subtype === undefined ? RANKS.trunk : (RANK_OF_SUBTYPE[subtype] ?? RANKS.other);
  return readText(row['recordingFileRole']) === 'ADHOC' ? Math.max(rank, RANKS.adHoc) : rank;
};

const isAudioOf = (row: JSONObject): boolean =>
  (readText(row['media']) ?? 'audio') === 'audio' && readText(row['mediaSubtype']) !== 'Screen';

const STATES: Readonly<Record<string, FileState>> = {
  AVAILABLE: 'Playable',
  RESTORED: 'Playable',
  ARCHIVED: 'Archived',
  RESTORING: 'Restoring',
  DELETED: 'Deleted',
  ERROR: 'Faulty',
  UPLOADING: 'Unready',
};

/** An archived recording may come as a stub that has hardly more than where it lies. */
const isArchivedStub = (row: JSONObject): boolean =>
  readText(row['fileState']) === undefined && readText(row['archiveMedium']) !== undefined;

const stateOf = (row: JSONObject, isWithoutMedia: boolean): FileState => {
  const state = STATES[readText(row['fileState'])?.toUpperCase() ?? ''] ?? 'Playable';
  if (isArchivedStub(row) && isWithoutMedia) return 'Archived';
  return state === 'Playable' && isWithoutMedia ? 'Unready' : state;
};

const mediaUrisOf = (row: JSONObject): ReadonlyMap<string, string> => {
  const uris = new Map<string, string>();
  for (const [key, value] of Object.entries(readObject(row['mediaUris']))) {
    const uri = readText(readObject(value)['mediaUri']);
    if (uri !== undefined) uris.set(key, uri);
  }
  return uris;
};

/**
 * A row of the list of recordings, or of their metadata; undefined where it has no identifier. Metadata have no media, and
 * nothing follows from that.
 */
export const readRecording = (row: JSONObject, kind: 'Recording' | 'Metadata'): RecordingFacts | undefined => {
  const recordingId = readText(row['id']);
  if (recordingId === undefined) return undefined;
  const mediaUris = mediaUrisOf(row);
  const [startAtMs, endAtMs] = [readTimeMs(row['startTime']), readTimeMs(row['endTime'])];
  const spanMs = startAtMs === undefined || endAtMs === undefined ? 0 : Math.max(0, endAtMs - startAtMs);
  const isStub = isArchivedStub(row);
  return {
    recordingId,
    isAudio: isAudioOf(row),
    rank: rankOf(row),
    state: stateOf(row, mediaUris.size === 0 && (kind === 'Recording' || isStub)),
    ...present('startAtMs', startAtMs),
    ...present('endAtMs', endAtMs),
    announcedDurationMs: readWhole(row['outputDurationMs']) || spanMs,
    ...present('sessionId', readText(row['sessionId'])),
    mediaUris,
  };
};

/** An archived recording has no session; where there is one customer session only, it is that of the recording. */
const onlyCustomerSession = ({ participants }: Conversation): string | undefined => {
  const customers = participants.filter(({ kind }) => kind === 'customer');
  const [only, ...others] = customers.flatMap(({ sessions }) => sessions);
  return others.length === 0 ? only?.sessionId : undefined;
};

const urisOf = (mediaUris: ReadonlyMap<string, string>): Pick<Recording, 'mediaUris' | 'urisExpireAtMs'> => {
  const expiries = [...mediaUris.values()].map(expiryOf).filter((ms) => ms !== undefined);
  return { mediaUris, ...(expiries.length > 0 && { urisExpireAtMs: Math.min(...expiries) }) };
};

export interface SkipReason {
  readonly code: ErrorCode;
  readonly why?: string | undefined;
}

/** The recording of a conversation that follows from what Genesys says. */
export const recordingOf = (facts: RecordingFacts, conversation: Conversation, skip?: SkipReason): Recording => ({
  recordingId: facts.recordingId,
  conversation,
  startAtMs: facts.startAtMs ?? conversation.startAtMs,
  announcedDurationMs: facts.announcedDurationMs,
  ...present('sessionId', facts.sessionId ?? onlyCustomerSession(conversation)),
  ...(skip ? { mediaUris: new Map(), skip: skip.code, ...present('why', skip.why) } : urisOf(facts.mediaUris)),
});

/** Both sides can be heard from when the customer was connected. */
const connectedAtMs = ({ participants, startAtMs }: Conversation): number => {
  const starts = participants
    .filter(({ kind }) => kind === 'customer')
    .flatMap(({ sessions }) => sessions.flatMap(({ segments }) => segments))
    .filter(({ type }) => type === 'interact')
    .map((segment) => segment.startAtMs);
  return starts.length > 0 ? Math.min(...starts) : startAtMs;
};

/** A recording of which nothing but its file is known. Its length is that of the connection: an estimate that is rather too high. */
export const briefRecording = (
  recordingId: string,
  conversation: Conversation,
  mediaUris: ReadonlyMap<string, string>,
): Recording => {
  const startAtMs = connectedAtMs(conversation);
  return {
    recordingId,
    conversation,
    startAtMs,
    announcedDurationMs: Math.max(0, (conversation.endAtMs ?? startAtMs) - startAtMs),
    ...present('sessionId', onlyCustomerSession(conversation)),
    ...urisOf(mediaUris),
    isBrief: true,
  };
};
