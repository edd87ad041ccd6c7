/**
 * `GET /api/v2/conversations/{id}/recordings` and `…/recordingmetadata`: what of a recording is shown, and when.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import { badRequest } from './answers.ts';
import { shaped } from './shapes.ts';
import type { WorldConversation, WorldRecording } from './world.ts';

const MEDIA_FORMATS = ['WAV', 'WEBM', 'WAV_ULAW', 'OGG_VORBIS', 'OGG_OPUS', 'MP3'];
const FORMATS: ReadonlySet<string> = new Set([...MEDIA_FORMATS, 'NONE']);

const iso = (ms: number): string => new Date(ms).toISOString();

/** An address of a recording, or of one channel of it. */
export type Sign = (recordingId: string, channel?: number) => string;

/** `null` where there is nothing to play, which the SDK's type does not say. */
export type ListedRecording = Omit<Models.Recording, 'mediaUris'> & {
  readonly mediaUris: Readonly<Record<string, Models.MediaResult>> | null;
};

export type Listing =
  | { readonly kind: 'Transcoding' }
  /** `isComplete`: asking again gives nothing else. */
  | { readonly kind: 'Recordings'; readonly recordings: readonly ListedRecording[]; readonly isComplete: boolean };

const metadataOf = (conversationId: string, recording: WorldRecording, asked: number) => {
  const { recordingId, sessionId, media, mediaSubtype, fileState, startAtMs, endAtMs } = recording;
  const shape = shaped<Models.RecordingMetadata>();
  const common = shape({
    id: recordingId,
    conversationId,
    media,
    selfUri: `/api/v2/conversations/${conversationId}/recordings/${recordingId}`,
  });
  // An archived recording is a stub: no session, nothing to play.
  if (fileState === 'ARCHIVED') {
    return shape({ ...common, fileState, archiveMedium: 'CLOUDARCHIVE', archiveDate: iso(endAtMs) });
  }
  return shape({
    ...common,
    sessionId,
    ...(mediaSubtype && { mediaSubtype }),
    fileState: asked < (recording.uploading ?? 0) ? 'UPLOADING' : fileState,
    ...(fileState === 'DELETED' && { deleteDate: iso(endAtMs) }),
    startTime: iso(startAtMs),
    endTime: iso(endAtMs),
  });
};

const isPlayable = ({ content }: WorldRecording, { fileState }: Models.RecordingMetadata): boolean =>
  content !== undefined && (fileState === 'AVAILABLE' || fileState === 'RESTORED');

const mediaUrisOf = ({ recordingId, layout }: WorldRecording, sign: Sign): Record<string, Models.MediaResult> =>
  layout === '0+1'
    ? { 0: { mediaUri: sign(recordingId, 0) }, 1: { mediaUri: sign(recordingId, 1) } }
    : { [layout]: { mediaUri: sign(recordingId) } };

interface Question {
  /** How often the same was asked for before. */
  readonly asked: number;
  readonly sign: Sign;
}

/** A recording as the list has it: with its role, which the metadata do not have, and with addresses where it can be played. */
const recordingOf = (conversationId: string, recording: WorldRecording, { asked, sign }: Question) => {
  const { fileRole, fileState, startAtMs, endAtMs } = recording;
  const metadata = metadataOf(conversationId, recording, asked);
  const common = { ...metadata, ...(fileRole && fileState !== 'ARCHIVED' && { recordingFileRole: fileRole }) };
  const shape = shaped<ListedRecording>();
  if (!isPlayable(recording, metadata)) return shape({ ...common, mediaUris: null });
  return shape({ ...common, outputDurationMs: endAtMs - startAtMs, mediaUris: mediaUrisOf(recording, sign) });
};

const isShown = ({ restricted }: WorldRecording): boolean => restricted !== true;

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

/**
 * The recordings of a conversation.
 * @param asked how often its recordings were asked for before
 */
export const listRecordings = (conversation: WorldConversation, asked: number, sign: Sign): Listing => {
  const { conversationId, recordingsLate = 0 } = conversation;
  if (asked < recordingsLate) return { kind: 'Recordings', recordings: [], isComplete: false };
  const shown = conversation.recordings.filter(isShown);
  // A 202 without body hides all recordings of the conversation.
  if (shown.some(({ notReady = 0 }) => asked < notReady)) return { kind: 'Transcoding' };
  const recordings = shown.map((recording) => recordingOf(conversationId, recording, { asked, sign }));
  return { kind: 'Recordings', recordings, isComplete: !shown.some(({ uploading = 0 }) => asked < uploading) };
};

/**
 * Without media, and never transcoding.
 * @param asked how often the metadata were asked for before
 */
export const listMetadata = (conversation: WorldConversation, asked: number): readonly Models.RecordingMetadata[] => {
  const { conversationId, recordingsLate = 0, recordings } = conversation;
  if (asked < recordingsLate) return [];
  return recordings.filter(isShown).map((recording) => metadataOf(conversationId, recording, asked));
};
