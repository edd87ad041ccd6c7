/**
 * Participants from `GET /api/v2/conversations/{id}`, for the rare row of the details query that comes without any. There a
 * leg is a `call` whose `id` is what analytics names `sessionId`.
 * @module
 */
import { present, readObjects, readText, readTimeMs } from '../genesys/read.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Participant, Segment, Session } from '../types.ts';
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
