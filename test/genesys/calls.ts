/**
 * Conversations for tests, by what is special about them: `worldOf([outboundCall(1), withoutAgent(outboundCall(2))])`.
 * Everything follows from the serial number, so nothing differs from run to run.
 * @module
 */
import { spokenCalls } from '../audio/fixtures.ts';
import type { SpokenCall } from '../audio/fixtures.ts';
import { idOf } from './ids.ts';
import type {
  FileState,
  WorldConversation,
  WorldParticipant,
  WorldRecording,
  WorldSegment,
  WorldSession,
} from './world.ts';

const MINUTE_MS = 60_000;
const RINGING_MS = 8_000;
const WRAP_UP_MS = 20_000;

/** The day on which all calls start that are not told otherwise. */
export const DAY_START_MS = Date.UTC(2026, 10, 23);

export interface CallOptions {
  /** When the conversation starts; nine in the morning of the usual day plus a minute for each serial number. */
  readonly startAtMs?: number;
  readonly audio?: SpokenCall;
  /** A stereo file (default) or both sides mixed into one channel. */
  readonly channels?: 1 | 2;
  readonly layout?: WorldRecording['layout'];
  readonly queueId?: string;
  readonly divisionId?: string;
  readonly userId?: string;
}

export const salesQueueId = idOf('queue', 'sales');
export const supportQueueId = idOf('queue', 'support');
export const homeDivisionId = idOf('division', 'home');
export const springCampaignId = idOf('campaign', 'spring');

interface Sketch {
  readonly conversationId: string;
  readonly serial: number;
  readonly startAtMs: number;
  readonly answeredAtMs: number;
  readonly endAtMs: number;
  readonly queueId: string;
}

const phoneOf = (serial: number): string => `tel:+1317555${String(serial % 10_000).padStart(4, '0')}`;
const OUR_PHONE = 'tel:+13175550000';

const segment = (type: string, startAtMs: number, endAtMs: number, queueId?: string): WorldSegment => ({
  type,
  startAtMs,
  endAtMs,
  ...(queueId === undefined ? {} : { queueId }),
});

const customerOf = (sketch: Sketch, more: Partial<WorldSession> = {}): WorldParticipant => ({
  participantId: idOf(sketch.conversationId, 'customer'),
  purpose: 'customer',
  name: 'Customer',
  sessions: [
    {
      sessionId: idOf(sketch.conversationId, 'customer session'),
      mediaType: 'voice',
      direction: 'outbound',
      recording: true,
      ani: OUR_PHONE,
      dnis: phoneOf(sketch.serial),
      segments: [
        segment('dialing', sketch.startAtMs, sketch.answeredAtMs),
        segment('interact', sketch.answeredAtMs, sketch.endAtMs),
      ],
      ...more,
    },
  ],
});

const agentOf = (sketch: Sketch, userId: string): WorldParticipant => ({
  participantId: idOf(sketch.conversationId, 'agent'),
  purpose: 'agent',
  name: 'Agent',
  userId,
  sessions: [
    {
      sessionId: idOf(sketch.conversationId, 'agent session'),
      peerId: idOf(sketch.conversationId, 'customer session'),
      mediaType: 'voice',
      direction: 'outbound',
      recording: true,
      ani: OUR_PHONE,
      dnis: phoneOf(sketch.serial),
      segments: [
        segment('dialing', sketch.startAtMs, sketch.answeredAtMs, sketch.queueId),
        segment('interact', sketch.answeredAtMs, sketch.endAtMs, sketch.queueId),
        segment('wrapup', sketch.endAtMs, sketch.endAtMs + WRAP_UP_MS, sketch.queueId),
      ],
    },
  ],
});

const dialerOf = (sketch: Sketch): WorldParticipant => ({
  participantId: idOf(sketch.conversationId, 'dialer'),
  purpose: 'outbound',
  sessions: [
    {
      sessionId: idOf(sketch.conversationId, 'dialer session'),
      peerId: idOf(sketch.conversationId, 'customer session'),
      mediaType: 'voice',
      direction: 'outbound',
      segments: [segment('system', sketch.startAtMs, sketch.answeredAtMs)],
    },
  ],
});

/** An agent called somebody on behalf of a queue, and the call was recorded on the trunk. */
export const outboundCall = (serial: number, options: CallOptions = {}): WorldConversation => {
  const conversationId = idOf('conversation', serial);
  const audio = options.audio ?? spokenCalls.call1;
  const startAtMs = options.startAtMs ?? DAY_START_MS + 9 * 60 * MINUTE_MS + serial * MINUTE_MS;
  const answeredAtMs = startAtMs + RINGING_MS;
  const endAtMs = answeredAtMs + audio.durationMs;
  const queueId = options.queueId ?? salesQueueId;
  const sketch = { conversationId, serial, startAtMs, answeredAtMs, endAtMs, queueId };
  return {
    conversationId,
    startAtMs,
    endAtMs,
    originatingDirection: 'outbound',
    divisionIds: [options.divisionId ?? homeDivisionId],
    participants: [agentOf(sketch, options.userId ?? idOf('user', 'agent')), customerOf(sketch)],
    recordings: [
      {
        recordingId: idOf('recording', serial),
        sessionId: idOf(conversationId, 'customer session'),
        media: 'audio',
        mediaSubtype: 'Trunk',
        fileRole: 'CUSTOMER_EXPERIENCE',
        fileState: 'AVAILABLE',
        startAtMs: answeredAtMs,
        endAtMs,
        content: options.channels === 1 ? audio.mono : audio.stereo,
        layout: options.layout ?? '0',
      },
    ],
  };
};

export interface CallsOptions extends Omit<CallOptions, 'startAtMs'> {
  /** When the first one starts; the usual time without it. */
  readonly firstAtMs?: number;
  /** Time from the start of one to that of the next. Default a minute. */
  readonly everyMs?: number;
  readonly notReady?: number;
}

/** `outboundCall` 1 to `count`, the two fixtures in turn. */
export const outboundCalls = (count: number, options: CallsOptions = {}): WorldConversation[] => {
  const { firstAtMs = DAY_START_MS + 9 * 60 * MINUTE_MS, everyMs = MINUTE_MS, notReady: times = 0, ...each } = options;
  return Array.from({ length: count }, (_, index) => {
    const audio = index % 2 === 0 ? spokenCalls.call1 : spokenCalls.call2;
    return notReady(outboundCall(index + 1, { audio, startAtMs: firstAtMs + index * everyMs, ...each }), times);
  });
};

/** A dialer called for a campaign; the agent was connected when somebody had answered. */
export const campaignCall = (serial: number, options: CallOptions = {}): WorldConversation => {
  const call = outboundCall(serial, options);
  const answeredAtMs = call.startAtMs + RINGING_MS;
  const endAtMs = call.endAtMs ?? answeredAtMs;
  const queueId = options.queueId ?? salesQueueId;
  const sketch = {
    conversationId: call.conversationId,
    serial,
    startAtMs: call.startAtMs,
    answeredAtMs,
    endAtMs,
    queueId,
  };
  const customer = customerOf(sketch, {
    outboundCampaignId: springCampaignId,
    dispositionName: 'disposition.classification.callable.person',
    speechStartAtMs: answeredAtMs + 900,
  });
  const agent = agentOf(
    { ...sketch, startAtMs: answeredAtMs, answeredAtMs: answeredAtMs + 500 },
    idOf('user', 'agent'),
  );
  return { ...call, participants: [customer, dialerOf(sketch), agent] };
};

/** The same call, made by the customer. */
export const inboundCall = (serial: number, options: CallOptions = {}): WorldConversation => {
  const call = outboundCall(serial, options);
  const turn = (session: WorldSession): WorldSession => ({ ...session, direction: 'inbound' });
  return {
    ...call,
    originatingDirection: 'inbound',
    participants: call.participants.map((one) => ({ ...one, sessions: one.sessions.map(turn) })),
  };
};

/** Recording was not started. */
export const withoutRecording = (call: WorldConversation): WorldConversation => ({
  ...call,
  recordings: [],
  participants: call.participants.map((one) => ({
    ...one,
    sessions: one.sessions.map((session) => ({ ...session, recording: false })),
  })),
});

/** Recording was started, and yet there is no file. */
export const withLostRecording = (call: WorldConversation): WorldConversation => ({ ...call, recordings: [] });

/** Nobody of the organisation took part. */
export const withoutAgent = (call: WorldConversation): WorldConversation => ({
  ...call,
  participants: call.participants.filter((one) => one.userId === undefined),
});

/** The same without when it ended. */
const unended = <T extends { readonly endAtMs?: number }>(value: T): T => {
  const copy: { endAtMs?: number } & Omit<T, 'endAtMs'> = { ...value };
  delete copy.endAtMs;
  return copy as T;
};

/** The conversation has not ended. */
export const stillGoingOn = (call: WorldConversation): WorldConversation => {
  const open = (session: WorldSession): WorldSession => ({
    ...session,
    segments: session.segments
      .filter(({ type }) => type !== 'wrapup')
      .map((one) => (one.type === 'interact' ? unended(one) : one)),
  });
  return {
    ...unended(call),
    recordings: [],
    participants: call.participants.map((one) => ({ ...one, sessions: one.sessions.map(open) })),
  };
};

/** Each recording of the call with these differences. */
export const withRecording = (call: WorldConversation, changes: Partial<WorldRecording>): WorldConversation => ({
  ...call,
  recordings: call.recordings.map((one) => ({ ...one, ...changes })),
});

/** The first `times` questions for a recording of the call are answered with 202. */
export const notReady = (call: WorldConversation, times: number): WorldConversation =>
  withRecording(call, { notReady: times });

export const inState = (call: WorldConversation, fileState: FileState): WorldConversation =>
  withRecording(call, { fileState });

/** One more recording beside the others: a screen, a chat, a consultation between agents, … */
export const withAnother = (call: WorldConversation, changes: Partial<WorldRecording>): WorldConversation => {
  const [first] = call.recordings;
  if (!first) throw new Error('there is no recording to copy');
  const recordingId = idOf(first.recordingId, 'another', call.recordings.length);
  return { ...call, recordings: [...call.recordings, { ...first, recordingId, ...changes }] };
};

/** Of each ten calls some that have something special about them, so that a demonstration shows more than success. */
export const withVariety = (calls: readonly WorldConversation[]): WorldConversation[] => {
  const changes = new Map<number, (call: WorldConversation) => WorldConversation>([
    [3, withoutRecording],
    [5, (call) => withAnother(call, { media: 'screen', mediaSubtype: 'Screen' })],
    [7, (call) => inState(call, 'ARCHIVED')],
    [9, (call) => withRecording(call, { layout: '0+1' })],
  ]);
  return calls.map((call, index) => changes.get(index % 10)?.(call) ?? call);
};
