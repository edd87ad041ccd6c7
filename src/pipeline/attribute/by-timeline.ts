/**
 * Roles by the time line of the conversation, for audio that does not keep the sides apart: who speaks while only the customer
 * is connected is the customer, and so on. It looks at no words, and who speaks first decides nothing.
 * @module
 */
import type { Role, Utterance } from '../types.ts';
import { type Candidate, percent, seconds, speechOf } from './candidate.ts';
import { fits, type Presence } from './presence.ts';
import { type SpeakerFacts, speakerFacts } from './speaker-facts.ts';

/** This much evidence is worth half of the full confidence. */
const HALF_MS = 500;
/** A label that is heard in this share with a system alone is that system. */
const SYSTEM_SHARE = 0.8;
const SYSTEM_MIN_MS = 1000;
/** Speech with one agent only: more than the first, while with any other less than the second. */
const CONFINED_MIN_MS = 1000;
const STRAY_MS = 300;

interface Decision {
  readonly role: Role;
  /** 0 to 1. */
  readonly confidence: number;
}

const UNDECIDED: Decision = { role: 'unknown', confidence: 0 };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What counts of `ownMs` where all labels together have `allMs`, though one alone should: nothing if they share it evenly. */
const dominantMs = (ownMs: number, allMs: number): number => ownMs * Math.max(0, (2 * ownMs) / Math.max(1, allMs) - 1);

const isSystem = ({ systemMs, totalMs }: SpeakerFacts, speakers: readonly SpeakerFacts[]): boolean =>
  systemMs >= SYSTEM_MIN_MS &&
  systemMs >= SYSTEM_SHARE * totalMs &&
  speakers.some((other) => other.systemMs < (1 - SYSTEM_SHARE) * other.totalMs);

/** A customer goes on speaking when one agent follows another. */
const acrossAgentsMs = ({ perAgentMs }: SpeakerFacts): number => perAgentMs[1] ?? 0;

/** By what the speaker says when only one side is connected. */
const direct = (speaker: SpeakerFacts, speakers: readonly SpeakerFacts[]): Decision => {
  const { systemMs, customerOnlyMs, agentOnlyMs, perAgentMs } = speaker;
  if (isSystem(speaker, speakers)) return { role: 'system', confidence: systemMs / (systemMs + HALF_MS) };
  const customerMs =
    dominantMs(customerOnlyMs, sum(speakers.map((other) => other.customerOnlyMs))) +
    dominantMs(acrossAgentsMs(speaker), sum(speakers.map(acrossAgentsMs)));
  // Several agents may consult each other while the customer waits.
  const agentMs =
    perAgentMs.length > 1 ? agentOnlyMs : dominantMs(agentOnlyMs, sum(speakers.map((other) => other.agentOnlyMs)));
  const confidence = Math.abs(customerMs - agentMs) / (customerMs + agentMs + HALF_MS);
  return { role: customerMs > agentMs ? 'customer' : 'agent', confidence };
};

const isConfined = ({ perAgentMs }: SpeakerFacts): boolean =>
  (perAgentMs[0] ?? 0) >= CONFINED_MIN_MS && (perAgentMs[1] ?? 0) < STRAY_MS;

/** By what the others are: of two people one is the other side; and who is heard with one agent only is that agent. */
const byOthers = (speaker: SpeakerFacts, others: readonly Decision[]): Decision => {
  const people = others.filter(({ role }) => role !== 'system');
  const [first] = people;
  if (people.length === 1 && first) {
    if (first.role === 'customer') return { ...first, role: 'agent' };
    return first.role === 'agent' ? { ...first, role: 'customer' } : UNDECIDED;
  }
  const customer = people.find(({ role }) => role === 'customer');
  return customer && isConfined(speaker) ? { ...customer, role: 'agent' } : UNDECIDED;
};

const decide = (speakers: readonly SpeakerFacts[], minConfidence: number): readonly Decision[] => {
  const first = speakers.map((speaker) => {
    const decision = direct(speaker, speakers);
    return decision.confidence >= minConfidence && decision.confidence > 0 ? decision : UNDECIDED;
  });
  return speakers.map((speaker, index) => {
    const own = first[index] ?? UNDECIDED;
    return own.role === 'unknown'
      ? byOthers(
          speaker,
          first.filter((_, other) => other !== index),
        )
      : own;
  });
};

const factOf = (speaker: SpeakerFacts, { role, confidence }: Decision): string => {
  const measured = [
    `${seconds(speaker.customerOnlyMs)} while only the customer is connected`,
    `${seconds(speaker.agentOnlyMs)} while only an agent is`,
    ...(speaker.systemMs > 0 ? [`${seconds(speaker.systemMs)} while a system and no agent is`] : []),
    ...(speaker.perAgentMs.length > 1
      ? [`${speaker.perAgentMs.filter((ms) => ms >= STRAY_MS).length} of ${speaker.perAgentMs.length} agents hear it`]
      : []),
  ];
  const verdict = role === 'unknown' ? 'not told' : `${role}, ${percent(confidence, 1)} %`;
  return `${speaker.speaker}: ${seconds(speaker.totalMs)} of speech, ${measured.join(', ')}: ${verdict}`;
};

/** What is known of a stretch of speech: an utterance, or all that a label says. */
interface Judged {
  readonly speaker: SpeakerFacts;
  readonly decision: Decision;
}

/** The mean confidence of what could be told, by how long it is. */
const meanPercent = (judged: readonly Judged[]): number => {
  const told = judged.filter(({ decision }) => decision.role !== 'unknown');
  const certain = told.map(({ speaker, decision }) => speaker.totalMs * decision.confidence);
  return percent(sum(certain), sum(told.map(({ speaker }) => speaker.totalMs)));
};

const byLabel = (utterances: readonly Utterance[], presence: Presence, minConfidence: number): Candidate => {
  const speakers = speakerFacts(utterances, presence);
  const decisions = decide(speakers, minConfidence);
  const judged = speakers.map((speaker, index): Judged => ({ speaker, decision: decisions[index] ?? UNDECIDED }));
  const roles = new Map(judged.map(({ speaker, decision }) => [speaker.speaker, decision.role]));
  return {
    method: 'timeline',
    confidencePercent: meanPercent(judged),
    facts: judged.map(({ speaker, decision }) => factOf(speaker, decision)),
    roles: utterances.map(({ speaker }) => roles.get(speaker) ?? 'unknown'),
  };
};

/** A service that tells nobody apart gives everybody the same label, so what one utterance shows says nothing of the next. */
const byUtterance = (utterances: readonly Utterance[], presence: Presence, minConfidence: number): Candidate => {
  const judged = utterances.flatMap((utterance) =>
    speakerFacts([utterance], presence).map((speaker): Judged => {
      const decision = direct(speaker, [speaker]);
      return { speaker, decision: decision.confidence >= Math.max(minConfidence, 0.01) ? decision : UNDECIDED };
    }),
  );
  const told = judged.filter(({ decision }) => decision.role !== 'unknown').length;
  return {
    method: 'timeline',
    confidencePercent: meanPercent(judged),
    facts: [`there is one label for everybody: ${told} of ${judged.length} utterances are told by when they are heard`],
    roles: judged.map(({ decision }) => decision.role),
  };
};

/** Who is told reaches `minConfidencePercent` by itself; the others are `unknown`. */
export const byTimeline = (
  utterances: readonly Utterance[],
  presence: Presence,
  minConfidencePercent: number,
): Candidate => {
  if (!fits(presence, speechOf(utterances))) {
    const roles = utterances.map((): Role => 'unknown');
    const facts = ['the time line of the conversation does not fit the audio'];
    return { method: 'timeline', confidencePercent: 0, roles, facts };
  }
  const labels = new Set(utterances.map(({ speaker }) => speaker));
  const way = labels.size === 1 ? byUtterance : byLabel;
  return way(utterances, presence, minConfidencePercent / 100);
};
