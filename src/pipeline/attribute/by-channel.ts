/**
 * Roles by channel: the surest way, since Genesys Cloud records the external party on one channel and the organisation on the
 * other. The time line checks it.
 * @module
 */
import type { Role, Utterance } from '../types.ts';
import { type Candidate, percent, seconds, speechOf } from './candidate.ts';
import { fits, type Presence } from './presence.ts';
import { lengthMs, overlapMs, subtract, union } from './spans.ts';

/** Clocks of recording and conversation differ by some tenths of a second, and services cut speech roughly. */
const TOLERANCE_MS = 1000;
/** Two people do not talk at the same time this much: then both channels carry the same sound. */
const MAX_OVERLAP_PERCENT = 90;
const MIN_SPEECH_MS = 3000;

const CHANNELS = 2;

/** True where the service answered by channel and the audio has the two channels of two sides. */
export const answersByChannel = (utterances: readonly Utterance[], channels: number): boolean =>
  channels === CHANNELS && utterances.length > 0 && utterances.every(({ channel = CHANNELS }) => channel < CHANNELS);

/** True where what is said on one channel is said on the other at the same time, all along. */
const isDoubled = (utterances: readonly Utterance[]): boolean => {
  const [left, right] = [0, 1].map((channel) =>
    speechOf(utterances.filter((utterance) => utterance.channel === channel)),
  );
  if (!left || !right) return false;
  const longerMs = Math.max(lengthMs(left), lengthMs(right));
  return longerMs >= MIN_SPEECH_MS && percent(overlapMs(left, right), longerMs) > MAX_OVERLAP_PERCENT;
};

/** What the side of the organisation says at a time when no agent is connected: a system's, if one is. */
const roleWithoutAgent = (utterance: Utterance, presence: Presence): Role =>
  overlapMs([utterance], presence.system) > 0 ? 'system' : 'agent';

/** Roles by the channel of each utterance; one without is `unknown`. */
export const byChannel = (utterances: readonly Utterance[], agentChannel: number, presence: Presence): Candidate => {
  const facts = [`channel ${agentChannel} is the organisation's, the other one the customer's`];
  if (isDoubled(utterances)) {
    const roles = utterances.map((): Role => 'unknown');
    return { method: 'channel', confidencePercent: 0, facts: [...facts, 'both channels carry the same speech'], roles };
  }
  const checked = fits(presence, speechOf(utterances));
  const near = union(
    presence.anyAgent.map(({ startMs, endMs }) => ({ startMs: startMs - TOLERANCE_MS, endMs: endMs + TOLERANCE_MS })),
  );
  const roles = utterances.map((utterance): Role => {
    if (utterance.channel === undefined) return 'unknown';
    if (utterance.channel !== agentChannel) return 'customer';
    return checked && overlapMs([utterance], near) === 0 ? roleWithoutAgent(utterance, presence) : 'agent';
  });
  if (!checked) facts.push('the time line of the conversation does not fit the audio, so it was not used as a check');
  const agentSpeech = speechOf(utterances.filter((_, index) => roles[index] === 'agent'));
  const strayMs = checked ? lengthMs(subtract(agentSpeech, near)) : 0;
  if (strayMs > 0) facts.push(`the agent's channel has ${seconds(strayMs)} of speech while no agent is connected`);
  const confidencePercent = 100 - percent(strayMs, lengthMs(agentSpeech));
  return { method: 'channel', confidencePercent, facts, roles };
};
