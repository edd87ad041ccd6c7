/**
 * From a row of the details query to a `Conversation`. Pure.
 * @module
 */
import { present, readObjects, readText, readTexts, readTimeMs } from '../genesys/read.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Conversation, Participant, ParticipantKind, Segment, Session } from '../types.ts';

const KINDS: Readonly<Record<string, ParticipantKind>> = {
  agent: 'agent',
  user: 'agent',
  customer: 'customer',
  external: 'customer',
};

/** Which purposes are people; everything else that can be heard (IVR, ACD, dialer, voicemail) is `system`. */
export const kindOf = (purpose: string): ParticipantKind => KINDS[purpose.toLowerCase()] ?? 'system';

/** @param openEndMs the end of a segment that has none: it was still going on when it was read */
const segmentOf = (row: JSONObject, openEndMs: number | undefined): Segment | undefined => {
  const startAtMs = readTimeMs(row['segmentStart']);
  if (startAtMs === undefined) return undefined;
  const endAtMs = readTimeMs(row['segmentEnd']) ?? openEndMs ?? startAtMs;
  return { type: (readText(row['segmentType']) ?? 'unknown').toLowerCase(), startAtMs, endAtMs };
};

const sessionOf = (row: JSONObject, openEndMs: number | undefined): Session | undefined => {
  const sessionId = readText(row['sessionId']);
  if (sessionId === undefined) return undefined;
  const segments = readObjects(row['segments'])
    .map((segment) => segmentOf(segment, openEndMs))
    .filter((segment) => segment !== undefined);
  return { sessionId, ...present('peerId', readText(row['peerId'])), segments };
};

const isVoice = (session: JSONObject): boolean => (readText(session['mediaType']) ?? 'voice').toLowerCase() === 'voice';

const voiceSessions = (participant: JSONObject): readonly JSONObject[] =>
  readObjects(participant['sessions']).filter(isVoice);

const participantOf = (row: JSONObject, openEndMs: number | undefined): Participant => {
  const purpose = readText(row['purpose']) ?? 'unknown';
  return {
    participantId: readText(row['participantId']) ?? '',
    purpose,
    kind: kindOf(purpose),
    ...present('userId', readText(row['userId'])),
    sessions: voiceSessions(row)
      .map((session) => sessionOf(session, openEndMs))
      .filter((session) => session !== undefined),
  };
};

/** The queue of the earliest segment that has one. */
const firstQueueOf = (sessions: readonly JSONObject[]): string | undefined =>
  sessions
    .flatMap((session) => readObjects(session['segments']))
    .filter((segment) => readText(segment['queueId']) !== undefined)
    .toSorted((one, other) => (readTimeMs(one['segmentStart']) ?? 0) - (readTimeMs(other['segmentStart']) ?? 0))
    .map((segment) => readText(segment['queueId']))[0];

const firstCampaignOf = (sessions: readonly JSONObject[]): string | undefined =>
  sessions.map((session) => readText(session['outboundCampaignId'])).find((id) => id !== undefined);

/**
 * The conversation of a row; undefined for one without identifier, start or direction, and for one that has sessions of
 * other media only. Participants are missing where the row has none.
 */
export const conversationOfRow = (row: JSONObject): Conversation | undefined => {
  const conversationId = readText(row['conversationId']);
  const startAtMs = readTimeMs(row['conversationStart']);
  const direction = readText(row['originatingDirection'])?.toLowerCase();
  if (conversationId === undefined || startAtMs === undefined) return undefined;
  if (direction !== 'inbound' && direction !== 'outbound') return undefined;

  const participants = readObjects(row['participants']);
  const all = participants.flatMap((participant) => readObjects(participant['sessions']));
  const voice = all.filter(isVoice);
  if (all.length > 0 && voice.length === 0) return undefined;
  const endAtMs = readTimeMs(row['conversationEnd']);
  const isRecorded = voice.length > 0 ? voice.some((session) => session['recording'] === true) : undefined;
  return {
    conversationId,
    startAtMs,
    ...present('endAtMs', endAtMs),
    direction,
    divisionIds: readTexts(row['divisionIds']),
    ...present('isRecorded', isRecorded),
    ...present('queueId', firstQueueOf(voice)),
    ...present('campaignId', firstCampaignOf(voice)),
    participants: participants.map((participant) => participantOf(participant, endAtMs)),
  };
};
