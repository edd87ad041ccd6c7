/**
 * What the time line says of each speaker: how long it speaks when only one side can be speaking. Pure measuring; what
 * follows from it is decided in `by-timeline.ts`.
 * @module
 */
import type { Utterance } from '../types.ts';
import { speechOf } from './candidate.ts';
import type { Presence } from './presence.ts';
import { lengthMs, overlapMs, shrink, type Span, subtract, union } from './spans.ts';

/** Left out at both ends of each stretch, for clocks that differ and for words that are cut roughly. */
const TOLERANCE_MS = 300;

export interface SpeakerFacts {
  readonly speaker: string;
  readonly totalMs: number;
  /** While a customer is connected, and neither an agent nor a system. */
  readonly customerOnlyMs: number;
  /** While an agent is connected, and no customer. */
  readonly agentOnlyMs: number;
  /** While a system is connected, and no agent. */
  readonly systemMs: number;
  /** While only the first, second, … agent is connected, longest first. Empty where there was but one agent. */
  readonly perAgentMs: readonly number[];
}

interface Zones {
  readonly customerOnly: readonly Span[];
  readonly agentOnly: readonly Span[];
  readonly system: readonly Span[];
  readonly eachAgent: readonly (readonly Span[])[];
}

/** Without any span of one side, nothing is known of when the other one was alone. */
const zonesOf = ({ agents, anyAgent, anyCustomer, system }: Presence): Zones => {
  const known = anyAgent.length > 0 && anyCustomer.length > 0;
  const alone = (spans: readonly Span[], others: readonly Span[]): readonly Span[] =>
    shrink(subtract(spans, others), TOLERANCE_MS);
  const others = (index: number): readonly Span[] => union(agents.filter((_, other) => other !== index).flat());
  return {
    customerOnly: known ? alone(anyCustomer, union([...anyAgent, ...system])) : [],
    agentOnly: known ? alone(anyAgent, anyCustomer) : [],
    system: alone(system, anyAgent),
    eachAgent: agents.length > 1 ? agents.map((spans, index) => alone(spans, others(index))) : [],
  };
};

/** One entry for each label, in the order in which they are first heard. */
export const speakerFacts = (utterances: readonly Utterance[], presence: Presence): readonly SpeakerFacts[] => {
  const zones = zonesOf(presence);
  const bySpeaker = Map.groupBy(utterances, ({ speaker }) => speaker);
  return [...bySpeaker].map(([speaker, spoken]) => {
    const speech = speechOf(spoken);
    return {
      speaker,
      totalMs: lengthMs(speech),
      customerOnlyMs: overlapMs(speech, zones.customerOnly),
      agentOnlyMs: overlapMs(speech, zones.agentOnly),
      systemMs: overlapMs(speech, zones.system),
      perAgentMs: zones.eachAgent.map((zone) => overlapMs(speech, zone)).toSorted((a, b) => b - a),
    };
  });
};
