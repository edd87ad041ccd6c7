/**
 * `GET /api/v2/conversations/{id}/recordings`, one of them, and `…/recordingmetadata`: what of a recording is shown.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import { badRequest } from './answers.ts';
import type { SignURL } from './batch-requests.ts';
import { isObject, onlyFields } from './details-filter.ts';
import { fieldsOf, shaped } from './shapes.ts';
import type { WorldConversation, WorldRecording } from './world.ts';

const MEDIA_FORMATS = ['WAV', 'WEBM', 'WAV_ULAW', 'OGG_VORBIS', 'OGG_OPUS', 'MP3'];
const FORMATS: ReadonlySet<string> = new Set([...MEDIA_FORMATS, 'NONE']);

const iso = (ms: number): string => new Date(ms).toISOString();

/** `null` where there is nothing to play, which the SDK's type does not say. */
export type ListedRecording = Omit<Models.Recording, 'mediaUris'> & {
  readonly mediaUris: Readonly<Record<string, Models.MediaResult>> | null;
};

/** Without media, and without the role, which only the recording itself has. */
export const metadataOf = ({ conversationId }: WorldConversation, recording: WorldRecording) => {
  const { recordingId, sessionId, media, mediaSubtype, fileState, startAtMs, endAtMs } = recording;
  const shape = shaped<Models.RecordingMetadata>();
  const common = shape({
    id: recordingId,
    conversationId,
    media,
    selfUri: `/api/v2/conversations/${conversationId}/recordings/${recordingId}`,
  });
  // An archived recording is a stub: no session, nothing to play.
  if (fileState === 'ARCHIVED' || fileState === 'RESTORING') {
    return shape({ ...common, fileState, archiveMedium: 'CLOUDARCHIVE', archiveDate: iso(endAtMs) });
  }
  return shape({
    ...common,
    sessionId,
    ...(mediaSubtype && { mediaSubtype }),
    fileState,
    ...(fileState === 'DELETED' && { deleteDate: iso(endAtMs) }),
    startTime: iso(startAtMs),
    endTime: iso(endAtMs),
  });
};

export const isPlayable = ({ content, fileState }: WorldRecording): boolean =>
  content !== undefined && (fileState === 'AVAILABLE' || fileState === 'RESTORED');

const mediaUrisOf = ({ recordingId, layout }: WorldRecording, sign: SignURL, isCombined: boolean) => {
  const uriOf = (channel?: number): Models.MediaResult => ({
    mediaUri: sign(recordingId, { original: false, ...(channel !== undefined && { channel }) }),
  });
  if (isCombined) return { S: uriOf() };
  return layout === '0+1' ? { 0: uriOf(0), 1: uriOf(1) } : { [layout]: uriOf() };
};

/** A recording with its role, and with addresses where it can be played; `isCombined` as `download=true` has it. */
export const recordingOf = (
  conversation: WorldConversation,
  recording: WorldRecording,
  { sign, isCombined = false }: { readonly sign: SignURL; readonly isCombined?: boolean },
) => {
  const { fileRole, fileState, startAtMs, endAtMs } = recording;
  const metadata = metadataOf(conversation, recording);
  const common = { ...metadata, ...(fileRole && fileState !== 'ARCHIVED' && { recordingFileRole: fileRole }) };
  const shape = shaped<ListedRecording>();
  if (!isPlayable(recording)) return shape({ ...common, mediaUris: null });
  return shape({
    ...common,
    outputDurationMs: endAtMs - startAtMs,
    mediaUris: mediaUrisOf(recording, sign, isCombined),
  });
};

/** @throws GenesysError 400 */
export const checkRecordingsQuery = (query: URLSearchParams): void => {
  const format = query.get('formatId');
  if (format !== null && !FORMATS.has(format))
    throw badRequest(`formatId has an invalid value: ${format}`, 'invalid.value');
  const odd = query
    .get('mediaFormats')
    ?.split(',')
    .find((one) => !MEDIA_FORMATS.includes(one));
  if (odd !== undefined) throw badRequest(`mediaFormats has an invalid value: ${odd}`, 'invalid.value');
  const wait = query.get('maxWaitMs');
  if (wait !== null && !/^[1-9]\d*$/u.test(wait)) throw badRequest('maxWaitMs must be greater than 0', 'invalid.value');
};

/** What of a recording may be changed. Names that the SDK does not have do not compile. */
const CHANGES = fieldsOf<Pick<Models.Recording, 'archiveDate' | 'deleteDate' | 'exportDate'>>({
  archiveDate: true,
  deleteDate: true,
  exportDate: true,
});

/** Reads the order to restore an archived recording: an `archiveDate` that lies ahead. @throws GenesysError 400 */
export const checkRestore = (body: unknown, { fileState }: WorldRecording, nowMs: number): void => {
  if (!isObject(body)) throw badRequest('the body must be an object');
  onlyFields(body, 'the body', CHANGES);
  const date = Date.parse(String(body['archiveDate']));
  if (Number.isNaN(date)) throw badRequest('archiveDate must be a date', 'invalid.date');
  if (date <= nowMs) throw badRequest('archiveDate must lie ahead', 'invalid.date');
  if (fileState !== 'ARCHIVED' && fileState !== 'RESTORING' && fileState !== 'RESTORED') {
    throw badRequest('the recording is not archived', 'invalid.value');
  }
};
