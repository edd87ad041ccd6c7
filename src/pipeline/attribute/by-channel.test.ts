import { describe, expect, it } from 'vitest';
import type { Participant, Role, Utterance } from '../types.ts';
import { answersByChannel, byChannel } from './by-channel.ts';
import { byEnergy, type Energy, leanings } from './by-energy.ts';
import { presenceOf } from './presence.ts';
import { participant, recordingOf, says } from './test-calls.ts';

const both = [participant('customer', ['interact', 0, 60]), participant('agent', ['interact', 10, 60])];

interface Case {
  readonly of: string;
  readonly agentChannel?: number;
  readonly participants?: readonly Participant[];
  readonly utterances: readonly Utterance[];
  readonly roles: readonly Role[];
  readonly confidencePercent?: number;
}

describe('byChannel', () => {
  it.each<Case>([
    { of: 'the two sides', utterances: [says('A', 11, 20, 1), says('B', 20, 30, 0)], roles: ['agent', 'customer'] },
    {
      of: 'exchanged channels',
      agentChannel: 0,
      utterances: [says('A', 11, 20, 0), says('B', 20, 30, 1)],
      roles: ['agent', 'customer'],
    },
    {
      of: 'an announcement on the side of the organisation',
      participants: [...both, participant('system', ['ivr', 0, 9])],
      utterances: [says('S', 1, 8, 1), says('A', 11, 20, 1)],
      roles: ['system', 'agent'],
    },
    {
      of: 'a word a little before the agent is said to be there',
      utterances: [says('A', 9.2, 9.8, 1), says('A', 11, 20, 1)],
      roles: ['agent', 'agent'],
    },
    {
      of: 'an agent who speaks when none is connected',
      utterances: [says('A', 1, 4, 1), says('A', 11, 20, 1), says('B', 20, 30, 0)],
      roles: ['agent', 'agent', 'customer'],
      confidencePercent: 75,
    },
    {
      of: 'no time line',
      participants: [],
      utterances: [says('A', 1, 4, 1), says('B', 20, 30, 0)],
      roles: ['agent', 'customer'],
    },
    {
      of: 'the same sound on both channels',
      utterances: [says('A', 11, 20, 1), says('A', 11, 20, 0)],
      roles: ['unknown', 'unknown'],
      confidencePercent: 0,
    },
    {
      of: 'an utterance without channel',
      utterances: [says('A', 11, 20, 1), says('B', 20, 30)],
      roles: ['agent', 'unknown'],
    },
  ])(
    'tells the roles of $of',
    ({ agentChannel = 1, participants = both, utterances, roles, confidencePercent = 100 }) => {
      const candidate = byChannel(utterances, agentChannel, presenceOf(recordingOf(...participants)));
      expect(candidate).toMatchObject({ method: 'channel', roles, confidencePercent });
    },
  );

  it.each([
    ['a channel for each', [says('A', 0, 1, 0), says('B', 1, 2, 1)], 2, true],
    ['no channels', [says('A', 0, 1), says('B', 1, 2)], 2, false],
    ['a channel for some', [says('A', 0, 1, 0), says('B', 1, 2)], 2, false],
    ['a third channel', [says('A', 0, 1, 0), says('B', 1, 2, 2)], 2, false],
    ['audio with one channel', [says('A', 0, 1, 0)], 1, false],
    ['nothing', [], 2, false],
  ])('is for answers with %s: %#', (_name, utterances, channels, expected) => {
    expect(answersByChannel(utterances, channels)).toBe(expected);
  });
});

/** Loudness by second for each channel, as frames of 100 ms. */
const energyOf = (left: readonly number[], right: readonly number[]): Energy => ({
  frameMs: 100,
  channels: [left, right].map((levels) =>
    Float32Array.from(levels.flatMap((level) => Array.from<number>({ length: 10 }).fill(level))),
  ),
});

describe('byEnergy', () => {
  const presence = presenceOf(recordingOf(...both));
  const facts = (energy: Energy) => ({ energy, agentChannel: 1, presence: presenceOf(recordingOf()) });

  it('follows the sound and not the labels', () => {
    const energy = energyOf([0.9, 0.9, 0, 0, 0.8, 0], [0, 0, 0.7, 0.7, 0, 0]);
    const candidate = byEnergy([says('A', 0, 2), says('B', 2, 4), says('B', 4, 5)], facts(energy));
    expect(candidate).toMatchObject({
      method: 'energy',
      confidencePercent: 100,
      roles: ['customer', 'agent', 'customer'],
    });
  });

  it('is not misled by noise or by an echo', () => {
    const energy = energyOf([0.4, 0.9, 0.9, 0.45, 0.4], [0.01, 0.2, 0.2, 0.3, 0.01]);
    const candidate = byEnergy([says('A', 1, 3), says('B', 3, 4)], facts(energy));
    expect(candidate.roles).toEqual(['customer', 'agent']);
    expect(candidate.confidencePercent).toBeGreaterThan(60);
  });

  it('takes what a speaker usually does where an utterance does not tell', () => {
    const energy = energyOf([0.9, 0.9, 0.5, 0, 0], [0, 0, 0.5, 0.5, 0]);
    const candidate = byEnergy([says('A', 0, 2), says('A', 2, 3), says('B', 3, 4)], facts(energy));
    expect(candidate.roles).toEqual(['customer', 'customer', 'agent']);
    expect(candidate.confidencePercent).toBe(75);
  });

  it.each([
    ['the same sound on both channels', energyOf([0.5, 0.9, 0], [0.5, 0.9, 0])],
    ['silence', energyOf([0, 0, 0], [0, 0, 0])],
    ['no frames', energyOf([], [])],
    ['frames of one channel only', { frameMs: 100, channels: [] }],
  ])('knows nothing of %s', (_name, energy) => {
    const candidate = byEnergy([says('A', 0, 1), says('B', 1, 2)], facts(energy));
    expect(candidate).toMatchObject({ confidencePercent: 0, roles: ['unknown', 'unknown'] });
  });

  it('is checked against the time line, too', () => {
    const right = Array.from({ length: 40 }, (_, second) => (second < 9 || (second > 10 && second < 20) ? 0.5 : 0));
    const left = Array.from({ length: 40 }, (_, second) => (second >= 20 && second < 35 ? 0.5 : 0));
    const utterances = [says('A', 0, 9), says('A', 11, 20), says('B', 20, 35)];
    const candidate = byEnergy(utterances, { energy: energyOf(left, right), agentChannel: 1, presence });
    expect(candidate.confidencePercent).toBe(50);
  });

  it('measures the leaning of each utterance', () => {
    const lean = leanings(
      [says('A', 0, 1), says('B', 1, 2), says('C', 2, 3)],
      energyOf([1, 0, 0.5, 0], [0, 1, 0.5, 0]),
    );
    expect(lean).toEqual([-1, 1, 0]);
  });
});
