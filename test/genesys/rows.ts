/**
 * A conversation as analytics shows it, and as the conversation API does. Pure.
 * @module
 */
import type { Models } from 'purecloud-platform-client-v2';
import type { WorldConversation, WorldParticipant, WorldSegment, WorldSession } from './world.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

const segmentRow = ({ type, startAtMs, endAtMs, queueId }: WorldSegment): Models.AnalyticsConversationSegment => ({
  segmentType: type,
  segmentStart: iso(startAtMs),
  ...(endAtMs !== undefined && { segmentEnd: iso(endAtMs) }),
  ...(queueId !== undefined && { queueId }),
  conference: false,
});

const sessionRow = ({ segments, speechStartAtMs, ...session }: WorldSession): Models.AnalyticsSession => ({
  ...session,
  ...(speechStartAtMs !== undefined && { detectedSpeechStart: iso(speechStartAtMs) }),
  segments: segments.map(segmentRow),
});

const participantRow = (participant: WorldParticipant): Models.AnalyticsParticipantWithoutAttributes => ({
  participantId: participant.participantId,
  purpose: participant.purpose,
  ...(participant.name !== undefined && { participantName: participant.name }),
  ...(participant.userId !== undefined && { userId: participant.userId }),
  sessions: participant.sessions.map(sessionRow),
});

/** A row of the details query. */
export const analyticsRow = (conversation: WorldConversation): Models.AnalyticsConversationWithoutAttributes => ({
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

const callOf = ({ sessionId, peerId, direction, segments }: WorldSession): LiveCall => ({
  id: sessionId,
  state: segments.some(isOpen) ? 'connected' : 'disconnected',
  direction,
  ...(peerId !== undefined && { peerId }),
  segments: segments.map(({ type, startAtMs, endAtMs }) => ({
    type,
    startTime: iso(startAtMs),
    ...(endAtMs !== undefined && { endTime: iso(endAtMs) }),
  })),
});

/** `GET /api/v2/conversations/{id}`. */
export const liveConversation = (conversation: WorldConversation): LiveConversation => ({
  id: conversation.conversationId,
  startTime: iso(conversation.startAtMs),
  ...(conversation.endAtMs !== undefined && { endTime: iso(conversation.endAtMs) }),
  participants: conversation.participants.map(({ participantId, purpose, name, userId, sessions }) => ({
    id: participantId,
    purpose,
    ...(name !== undefined && { name }),
    ...(userId !== undefined && { userId }),
    calls: sessions.filter(({ mediaType }) => mediaType === 'voice').map(callOf),
  })),
  selfUri: `/api/v2/conversations/${conversation.conversationId}`,
});
