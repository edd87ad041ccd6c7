/**
 * A conversation as analytics shows it, and as the conversation API does. Pure.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import { shaped } from './shapes.ts';
import type { WorldConversation, WorldParticipant, WorldSegment, WorldSession } from './world.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

const segmentRow = ({ type, startAtMs, endAtMs, queueId }: WorldSegment) =>
  shaped<Models.AnalyticsConversationSegment>()({
    segmentType: type,
    segmentStart: iso(startAtMs),
    ...(endAtMs !== undefined && { segmentEnd: iso(endAtMs) }),
    ...(queueId !== undefined && { queueId }),
    conference: false,
  });

const sessionRow = ({ segments, speechStartAtMs, ...session }: WorldSession) =>
  shaped<Models.AnalyticsSession>()({
    ...session,
    ...(speechStartAtMs !== undefined && { detectedSpeechStart: iso(speechStartAtMs) }),
    segments: segments.map(segmentRow),
  });

const participantRow = ({ participantId, purpose, name, userId, sessions }: WorldParticipant) =>
  shaped<Models.AnalyticsParticipantWithoutAttributes>()({
    participantId,
    purpose,
    ...(name !== undefined && { participantName: name }),
    ...(userId !== undefined && { userId }),
    sessions: sessions.map(sessionRow),
  });

/** A row of the details query. */
export const analyticsRow = (conversation: WorldConversation) =>
  shaped<Models.AnalyticsConversationWithoutAttributes>()({
    conversationId: conversation.conversationId,
    conversationStart: iso(conversation.startAtMs),
    ...(conversation.endAtMs !== undefined && { conversationEnd: iso(conversation.endAtMs) }),
    originatingDirection: conversation.originatingDirection,
    divisionIds: [...conversation.divisionIds],
    participants: conversation.participants.map(participantRow),
  });

/** The SDK calls fields required here that are absent while a call goes on. */
type LiveCall = Partial<Omit<Models.Call, 'segments'>> & { readonly segments: readonly Partial<Models.Segment>[] };
type LiveParticipant = Partial<Omit<Models.Participant, 'calls'>> & { readonly calls: readonly LiveCall[] };
export type LiveConversation = Partial<Omit<Models.Conversation, 'participants'>> & {
  readonly participants: readonly LiveParticipant[];
};

const isOpen = ({ endAtMs }: WorldSegment): boolean => endAtMs === undefined;

const liveSegment = ({ type, startAtMs, endAtMs }: WorldSegment) =>
  shaped<Partial<Models.Segment>>()({
    type,
    startTime: iso(startAtMs),
    ...(endAtMs !== undefined && { endTime: iso(endAtMs) }),
  });

const liveCall = ({ sessionId, peerId, direction, segments }: WorldSession) =>
  shaped<LiveCall>()({
    id: sessionId,
    state: segments.some(isOpen) ? 'connected' : 'disconnected',
    direction,
    ...(peerId !== undefined && { peerId }),
    segments: segments.map(liveSegment),
  });

const liveParticipant = ({ participantId, purpose, name, userId, sessions }: WorldParticipant) =>
  shaped<LiveParticipant>()({
    id: participantId,
    purpose,
    ...(name !== undefined && { name }),
    ...(userId !== undefined && { userId }),
    calls: sessions.filter(({ mediaType }) => mediaType === 'voice').map(liveCall),
  });

/** `GET /api/v2/conversations/{id}`. */
export const liveConversation = ({ conversationId, startAtMs, endAtMs, participants }: WorldConversation) =>
  shaped<LiveConversation>()({
    id: conversationId,
    startTime: iso(startAtMs),
    ...(endAtMs !== undefined && { endTime: iso(endAtMs) }),
    participants: participants.map(liveParticipant),
    selfUri: `/api/v2/conversations/${conversationId}`,
  });
