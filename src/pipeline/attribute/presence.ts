/**
 * Who was connected when, on the time line of the audio.
 * @module
 */
import type { Participant, ParticipantKind, Recording } from '../types.ts';
import { lengthMs, overlapMs, type Span, subtract, union } from './spans.ts';

export interface Presence {
  /** One set for each agent that was connected. */
  readonly agents: readonly (readonly Span[])[];
  readonly anyAgent: readonly Span[];
  readonly anyCustomer: readonly Span[];
  /** When an IVR, a queue, a dialer or a mailbox may be heard. */
  readonly system: readonly Span[];
}

/** Segments of system participants in which nothing of them can be heard. */
const SILENT: ReadonlySet<string> = new Set([
  'wrapup',
  'dialing',
  'contacting',
  'alert',
  'scheduled',
  'callback',
  'uploading',
]);

const isHeard = (kind: ParticipantKind, type: string): boolean =>
  kind === 'system' ? !SILENT.has(type) : type === 'interact';

/** People are connected in `interact` segments; what one leg holds is taken out, also where another leg goes on. */
const spansOf = ({ kind, sessions }: Participant, { startAtMs }: Recording): readonly Span[] => {
  const segments = sessions.flatMap((session) => session.segments);
  const spansWhere = (wanted: (type: string) => boolean): readonly Span[] =>
    union(
      segments
        .filter(({ type }) => wanted(type))
        .map((segment) => ({ startMs: segment.startAtMs - startAtMs, endMs: segment.endAtMs - startAtMs })),
    );
  const heard = spansWhere((type) => isHeard(kind, type));
  return kind === 'agent'
    ? subtract(
        heard,
        spansWhere((type) => type === 'hold'),
      )
    : heard;
};

export const presenceOf = (recording: Recording): Presence => {
  const of = (kind: ParticipantKind): readonly (readonly Span[])[] =>
    recording.conversation.participants
      .filter((participant) => participant.kind === kind)
      .map((participant) => spansOf(participant, recording))
      .filter((spans) => spans.length > 0);
  const agents = of('agent');
  return {
    agents,
    anyAgent: union(agents.flat()),
    anyCustomer: union(of('customer').flat()),
    system: union(of('system').flat()),
  };
};

/** More speech than this share at times when nobody was connected says that the time line is not that of this audio. */
const MAX_UNEXPLAINED = 0.2;

/**
 * False where the time line cannot be that of the audio: it is empty, or much is said when nobody is connected. So it is where
 * Genesys does not tell when the recording began.
 */
export const fits = (presence: Presence, speech: readonly Span[]): boolean => {
  if (presence.anyAgent.length === 0) return false;
  const anybody = union([...presence.anyAgent, ...presence.anyCustomer, ...presence.system]);
  const totalMs = lengthMs(speech);
  return totalMs > 0 && totalMs - overlapMs(speech, anybody) <= MAX_UNEXPLAINED * totalMs;
};
