/**
 * What a recording of Genesys means for a run: usable, not yet, or not at all and why. Pure.
 * @module
 */
import type { ErrorCode } from '../../errors.ts';
import { present, readObject, readText, readTimeMs, readWhole } from '../genesys/read.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Conversation, Recording } from '../types.ts';

/** `Unready` will change by itself: it is being uploaded or transcoded. */
export interface Judged {
  readonly kind: 'Final' | 'Unready';
  readonly recording: Recording;
}

const NOT_AUDIO_SUBTYPES: ReadonlySet<string> = new Set(['Screen']);
/**
 * The recording of the trunk has both parties. Those of a station and of a consultation hold the same speech again or that of
 * colleagues among themselves, a snippet is a part that somebody started by hand.
 */
const WANTED_SUBTYPES: ReadonlySet<string> = new Set(['Trunk']);

const SKIPPED_STATES: Readonly<Record<string, ErrorCode>> = {
  ARCHIVED: 'CSC_RECORDING_ARCHIVED',
  // Takes hours: a later run has it.
  RESTORING: 'CSC_RECORDING_ARCHIVED',
  DELETED: 'CSC_RECORDING_DELETED',
  ERROR: 'CSC_RECORDING_ERROR',
};

const selectionCode = (row: JSONObject): ErrorCode | undefined => {
  const media = readText(row['media']) ?? 'audio';
  const subtype = readText(row['mediaSubtype']);
  if (media !== 'audio' || (subtype !== undefined && NOT_AUDIO_SUBTYPES.has(subtype))) return 'CSC_RECORDING_NOT_AUDIO';
  const isWanted = subtype === undefined || WANTED_SUBTYPES.has(subtype);
  return isWanted && readText(row['recordingFileRole']) !== 'ADHOC' ? undefined : 'CSC_RECORDING_NOT_SELECTED';
};

/** An archived recording may come as a stub that has hardly more than where it lies. */
const isArchivedStub = (row: JSONObject): boolean =>
  readText(row['fileState']) === undefined && readText(row['archiveMedium']) !== undefined;

const stateCode = (row: JSONObject, hasMedia: boolean): ErrorCode | undefined => {
  const known = SKIPPED_STATES[readText(row['fileState'])?.toUpperCase() ?? ''];
  return known ?? (isArchivedStub(row) && !hasMedia ? 'CSC_RECORDING_ARCHIVED' : undefined);
};

const mediaUrisOf = (row: JSONObject): ReadonlyMap<string, string> => {
  const uris = new Map<string, string>();
  for (const [key, value] of Object.entries(readObject(row['mediaUris']))) {
    const uri = readText(readObject(value)['mediaUri']);
    if (uri !== undefined) uris.set(key, uri);
  }
  return uris;
};

/** The length of the file, else the time between start and end, 0 where neither is known. */
const announcedDurationMsOf = (row: JSONObject): number => {
  const [startMs, endMs] = [readTimeMs(row['startTime']), readTimeMs(row['endTime'])];
  const spanMs = startMs === undefined || endMs === undefined ? 0 : Math.max(0, endMs - startMs);
  return readWhole(row['outputDurationMs']) || spanMs;
};

/** An archived recording has no session; where there is one customer session only, it is that of the recording. */
const sessionIdOf = (row: JSONObject, conversation: Conversation): string | undefined => {
  const customers = conversation.participants.filter(({ kind }) => kind === 'customer');
  const [only, ...others] = customers.flatMap(({ sessions }) => sessions);
  return readText(row['sessionId']) ?? (others.length === 0 ? only?.sessionId : undefined);
};

const skipCodeOf = (row: JSONObject, hasMedia: boolean, shortestMs: number): ErrorCode | undefined => {
  const code = selectionCode(row) ?? stateCode(row, hasMedia);
  if (code) return code;
  const announcedMs = announcedDurationMsOf(row);
  return announcedMs > 0 && announcedMs < shortestMs ? 'CSC_RECORDING_TOO_SHORT' : undefined;
};

/**
 * A row of `GET /api/v2/conversations/{id}/recordings`; undefined where it has no identifier. An unready recording carries
 * `CSC_RECORDING_NOT_READY` as its `skip`, for the case that the time for it runs out.
 */
export const judge = (row: JSONObject, conversation: Conversation, minDurationSeconds = 0): Judged | undefined => {
  const recordingId = readText(row['id']);
  if (recordingId === undefined) return undefined;
  const mediaUris = mediaUrisOf(row);
  const skip = skipCodeOf(row, mediaUris.size > 0, minDurationSeconds * 1000);
  const isUnready = skip === undefined && (readText(row['fileState']) === 'UPLOADING' || mediaUris.size === 0);
  const code = isUnready ? 'CSC_RECORDING_NOT_READY' : skip;
  return {
    kind: isUnready ? 'Unready' : 'Final',
    recording: {
      recordingId,
      conversation,
      startAtMs: readTimeMs(row['startTime']) ?? conversation.startAtMs,
      announcedDurationMs: announcedDurationMsOf(row),
      ...present('sessionId', sessionIdOf(row, conversation)),
      mediaUris: code === undefined ? mediaUris : new Map(),
      ...present('skip', code),
    },
  };
};
