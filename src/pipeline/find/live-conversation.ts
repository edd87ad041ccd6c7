/**
 * Participants from `GET /api/v2/conversations/{id}`, for the rare row of the details query that comes without any. There a
 * leg is a `call` whose `id` is what analytics names `sessionId`.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { GenesysClient } from '../genesys/client.ts';
import { present, readObjects, readText, readTimeMs } from '../genesys/read.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Conversation, Participant, Segment, Session } from '../types.ts';
import { kindOf } from './row.ts';

const segmentOf = (row: JSONObject, openEndMs: number): Segment | undefined => {
  const startAtMs = readTimeMs(row['startTime']);
  if (startAtMs === undefined) return undefined;
  const type = (readText(row['type']) ?? 'unknown').toLowerCase();
  return { type, startAtMs, endAtMs: readTimeMs(row['endTime']) ?? openEndMs };
};

/** Where a call has no segments, the time during which it was connected stands for one. */
const connectedSegmentOf = (call: JSONObject, openEndMs: number): readonly Segment[] => {
  const startAtMs = readTimeMs(call['connectedTime']);
  if (startAtMs === undefined) return [];
  return [{ type: 'interact', startAtMs, endAtMs: readTimeMs(call['disconnectedTime']) ?? openEndMs }];
};

const sessionOf = (call: JSONObject, openEndMs: number): Session | undefined => {
  const sessionId = readText(call['id']);
  if (sessionId === undefined) return undefined;
  const segments = readObjects(call['segments'])
    .map((segment) => segmentOf(segment, openEndMs))
    .filter((segment) => segment !== undefined);
  return {
    sessionId,
    ...present('peerId', readText(call['peerId'])),
    segments: segments.length > 0 ? segments : connectedSegmentOf(call, openEndMs),
  };
};

const participantOf = (row: JSONObject, openEndMs: number): Participant => {
  const purpose = readText(row['purpose']) ?? 'unknown';
  return {
    participantId: readText(row['id']) ?? '',
    purpose,
    kind: kindOf(purpose),
    ...present('userId', readText(row['userId'])),
    sessions: readObjects(row['calls'])
      .map((call) => sessionOf(call, openEndMs))
      .filter((session) => session !== undefined),
  };
};

/** @param openEndMs the end of legs that have none */
export const participantsOfConversation = (conversation: JSONObject, openEndMs: number): readonly Participant[] =>
  readObjects(conversation['participants']).map((row) => participantOf(row, openEndMs));

/** A conversation that came without participants, with them where Genesys still has them. */
export const withParticipants = async (
  conversation: Conversation,
  client: Pick<GenesysClient, 'conversation'>,
  signal: AbortSignal,
): Promise<Conversation> => {
  if (conversation.participants.length > 0) return conversation;
  try {
    const live = await client.conversation(conversation.conversationId, signal);
    const openEndMs = conversation.endAtMs ?? conversation.startAtMs;
    return { ...conversation, participants: participantsOfConversation(live, openEndMs) };
  } catch (error) {
    // It is kept for a limited time only, and a role may lack the permission: the recording may be usable all the same.
    const isMissing =
      error instanceof CallscribeError &&
      (error.code === 'CSC_GENESYS_NOT_FOUND' || error.code === 'CSC_GENESYS_FORBIDDEN');
    if (isMissing) return conversation;
    throw error;
  }
};
