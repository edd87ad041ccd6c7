/**
 * For services that tell speakers but not channels, though the audio has two: each utterance belongs to the channel that
 * carries sound while it is spoken. From there on it goes as by channel.
 * @module
 */
import type { Utterance } from '../types.ts';
import { byChannel } from './by-channel.ts';
import { type Candidate, percent } from './candidate.ts';
import type { Presence } from './presence.ts';

/** Loudness of each channel, frame by frame: the root mean square of its samples. */
export interface Energy {
  readonly frameMs: number;
  readonly channels: readonly Float32Array[];
}

/** The quietest tenth of a channel is its noise. */
const NOISE_QUANTILE = 0.1;
/** From -1 (all sound on channel 0) to 1 (all on channel 1): below this an utterance alone does not tell. */
const MIN_LEANING = 0.2;

const noiseOf = (frames: Float32Array): number => frames.toSorted()[Math.floor(frames.length * NOISE_QUANTILE)] ?? 0;

/** Sum of squares above the noise, so that a loud voice counts for more than its echo on the other channel. */
const soundIn = (frames: Float32Array, noise: number): number =>
  frames.reduce((sum, value) => sum + Math.max(0, value - noise) ** 2, 0);

/** For each utterance from -1 to 1; 0 where nothing is to be heard or both channels are alike. */
export const leanings = (utterances: readonly Utterance[], { frameMs, channels }: Energy): readonly number[] => {
  const [left = new Float32Array(), right = new Float32Array()] = channels;
  const [leftNoise, rightNoise] = [noiseOf(left), noiseOf(right)];
  return utterances.map(({ startMs, endMs }) => {
    const [from, to] = [Math.floor(startMs / frameMs), Math.ceil(endMs / frameMs)];
    const onLeft = soundIn(left.subarray(from, to), leftNoise);
    const onRight = soundIn(right.subarray(from, to), rightNoise);
    return onLeft + onRight === 0 ? 0 : (onRight - onLeft) / (onLeft + onRight);
  });
};

const weightOf = ({ startMs, endMs }: Utterance): number => Math.max(1, endMs - startMs);

interface Leaning {
  readonly utterance: Utterance;
  readonly leaning: number;
}

const channelOf = (leaning: number): number | undefined =>
  Math.abs(leaning) < MIN_LEANING ? undefined : Number(leaning > 0);

const meanLeaning = (leaning: readonly Leaning[]): number => {
  const total = leaning.reduce((sum, { utterance }) => sum + weightOf(utterance), 0);
  return leaning.reduce((sum, item) => sum + item.leaning * weightOf(item.utterance), 0) / Math.max(1, total);
};

/** The utterances with the channel of their sound; where that does not tell, that of most of what the same speaker says. */
const withChannels = (leaning: readonly Leaning[]): readonly Utterance[] => {
  const bySpeaker = Map.groupBy(leaning, ({ utterance }) => utterance.speaker);
  const usual = new Map([...bySpeaker].map(([speaker, items]) => [speaker, channelOf(meanLeaning(items))]));
  return leaning.map(({ utterance, leaning: own }) => {
    const { channel: _answered, ...rest } = utterance;
    const channel = channelOf(own) ?? usual.get(utterance.speaker);
    return channel === undefined ? rest : { ...rest, channel };
  });
};

export interface EnergyFacts {
  readonly energy: Energy;
  readonly agentChannel: number;
  readonly presence: Presence;
}

/** The confidence is how clearly the sound lies on one of the channels, on average over the speech, and what `byChannel` says. */
export const byEnergy = (utterances: readonly Utterance[], facts: EnergyFacts): Candidate => {
  const lean = leanings(utterances, facts.energy);
  const leaning = utterances.map((utterance, index) => ({ utterance, leaning: lean[index] ?? 0 }));
  const clearness = meanLeaning(leaning.map((item) => ({ ...item, leaning: Math.abs(item.leaning) })));
  const channels = byChannel(withChannels(leaning), facts.agentChannel, facts.presence);
  const clearPercent = percent(clearness, 1);
  return {
    ...channels,
    method: 'energy',
    confidencePercent: Math.min(clearPercent, channels.confidencePercent),
    facts: [`the sound of the speech lies to ${clearPercent} % on one channel at a time`, ...channels.facts],
  };
};
