/**
 * Utterances ─attribute─► Transcript: tells agent from customer by the surest evidence there is, and says `unknown` rather
 * than guess.
 * @module
 */
import { toCallscribeError } from '../../errors.ts';
import type { Audio, Recording, Role, Transcript, Turn, Utterance } from '../types.ts';
import { answersByChannel, byChannel } from './by-channel.ts';
import { byEnergy, type Energy } from './by-energy.ts';
import { byTimeline } from './by-timeline.ts';
import type { Candidate } from './candidate.ts';
import { type Presence, presenceOf } from './presence.ts';

export interface AttributeOptions {
  /** Channel of the organisation's side in audio with two channels. */
  readonly agentChannel: number;
  /** 0 to 100; below it, a role is `unknown`. */
  readonly minConfidencePercent: number;
  readonly language: string;
  readonly engine: Transcript['engine'];
  readonly currency: string;
  readonly priceMicros: (audio: Audio) => number;
  readonly now: () => number;
  /** Loudness of the channels over time; undefined for audio that cannot be decoded. */
  readonly readEnergy: (path: string, options: { readonly frameMs: number }) => Promise<Energy | undefined>;
}

export type Attribute = (recording: Recording, audio: Audio, utterances: readonly Utterance[]) => Promise<Transcript>;

const FRAME_MS = 20;

const inTimeOrder = (utterances: readonly Utterance[]): readonly Utterance[] =>
  utterances
    .map((utterance) => ({ ...utterance, text: utterance.text.trim() }))
    .filter(({ text }) => text !== '')
    .toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);

const unknown = (utterances: readonly Utterance[], confidencePercent: number, facts: readonly string[]): Candidate => ({
  method: 'none',
  confidencePercent,
  facts,
  roles: utterances.map((): Role => 'unknown'),
});

type Way = () => Candidate | Promise<Candidate>;

/** Without decoded audio this way says nothing; speech is paid for by now, so it is no reason to fail. */
const energyWay =
  (options: AttributeOptions, { path }: Audio, utterances: readonly Utterance[], presence: Presence): Way =>
  async () => {
    try {
      const energy = await options.readEnergy(path, { frameMs: FRAME_MS });
      if (!energy)
        return unknown(utterances, 0, ['the channels could not be compared: the audio cannot be decoded here']);
      return byEnergy(utterances, { energy, agentChannel: options.agentChannel, presence });
    } catch (error) {
      return unknown(utterances, 0, [`the channels could not be compared: ${toCallscribeError(error).code}`]);
    }
  };

/** The ways that the audio and the answer allow, the surest first. */
const waysFor = (
  options: AttributeOptions,
  audio: Audio,
  utterances: readonly Utterance[],
  presence: Presence,
): Way[] => {
  const ways: Way[] = [];
  if (answersByChannel(utterances, audio.channels)) {
    ways.push(() => byChannel(utterances, options.agentChannel, presence));
  } else if (audio.channels === 2) {
    ways.push(energyWay(options, audio, utterances, presence));
  }
  return [...ways, () => byTimeline(utterances, presence, options.minConfidencePercent)];
};

/** The first way that is sure enough; its facts come after those of the ways that were not. */
const firstSure = async (
  ways: readonly Way[],
  utterances: readonly Utterance[],
  minPercent: number,
): Promise<Candidate> => {
  const facts: string[] = [];
  let best = 0;
  for (const way of utterances.length === 0 ? [] : ways) {
    const candidate = await way();
    facts.push(...candidate.facts);
    const isTold = candidate.roles.some((role) => role !== 'unknown');
    if (isTold && candidate.confidencePercent >= minPercent) return { ...candidate, facts };
    best = Math.max(best, candidate.confidencePercent);
  }
  return unknown(utterances, best, utterances.length === 0 ? ['nothing was said'] : facts);
};

/** Never rejects for what was said or how: speech is paid for by now. */
export const createAttribute =
  (options: AttributeOptions): Attribute =>
  async (recording, audio, utterances) => {
    const heard = inTimeOrder(utterances);
    const ways = waysFor(options, audio, heard, presenceOf(recording));
    const { roles, ...evidence } = await firstSure(ways, heard, options.minConfidencePercent);
    return {
      conversationId: recording.conversation.conversationId,
      recordingId: recording.recordingId,
      language: options.language,
      durationMs: audio.durationMs,
      channels: audio.channels,
      engine: options.engine,
      turns: heard.map((utterance, index): Turn => ({ ...utterance, role: roles[index] ?? 'unknown' })),
      roles: evidence,
      costMicros: options.priceMicros(audio),
      currency: options.currency,
      createdAtMs: options.now(),
    };
  };
