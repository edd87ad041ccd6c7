import { describe, expect, it } from 'vitest';
import type { Participant, Role, Utterance } from '../types.ts';
import { byTimeline } from './by-timeline.ts';
import { presenceOf } from './presence.ts';
import { participant, recordingOf, says } from './test-calls.ts';

interface Case {
  readonly of: string;
  readonly participants: readonly Participant[];
  readonly utterances: readonly Utterance[];
  /** By label. */
  readonly roles: Readonly<Record<string, Role>>;
}

/** The dialer reaches the customer, who says hello into the silence, and an agent 3 s later. */
const dialled = [participant('customer', ['interact', 0, 60]), participant('agent', ['interact', 3, 60])];
const twoAgents = [
  participant('customer', ['interact', 0, 60]),
  participant('agent', ['interact', 0, 30], ['wrapup', 30, 60]),
  participant('agent', ['alert', 25, 30], ['interact', 30, 60]),
];

const cases: readonly Case[] = [
  {
    of: 'a customer who answers before the agent is there',
    participants: dialled,
    utterances: [says('B', 0.2, 2.5), says('A', 4, 10), says('B', 10, 20)],
    roles: { A: 'agent', B: 'customer' },
  },
  {
    of: 'the same with the labels exchanged',
    participants: dialled,
    utterances: [says('A', 0.2, 2.5), says('B', 4, 10), says('A', 10, 20)],
    roles: { A: 'customer', B: 'agent' },
  },
  {
    of: 'an agent who talks to a colleague after the customer hung up',
    participants: [participant('customer', ['interact', 0, 40]), participant('agent', ['interact', 0, 60])],
    utterances: [says('A', 1, 20), says('B', 20, 39), says('A', 41, 50)],
    roles: { A: 'agent', B: 'customer' },
  },
  {
    of: 'a customer who talks on while the agent has put the call on hold',
    participants: [
      participant('customer', ['interact', 0, 60]),
      participant('agent', ['interact', 0, 60], ['hold', 20, 30]),
    ],
    utterances: [says('A', 1, 19), says('B', 21, 26), says('A', 31, 40)],
    roles: { A: 'agent', B: 'customer' },
  },
  {
    of: 'two agents, one after the other',
    participants: twoAgents,
    utterances: [says('A', 1, 10), says('B', 10, 25), says('C', 31, 40), says('B', 40, 58)],
    roles: { A: 'agent', B: 'customer', C: 'agent' },
  },
  {
    of: 'an announcement before the agent',
    participants: [
      participant('customer', ['interact', 0, 60]),
      participant('system', ['ivr', 0, 10]),
      participant('agent', ['interact', 15, 60]),
    ],
    utterances: [says('S', 0.5, 9.5), says('B', 11, 14), says('A', 16, 30), says('B', 31, 40)],
    roles: { S: 'system', A: 'agent', B: 'customer' },
  },
  {
    of: 'a slip of the diarization within the customer’s time',
    participants: dialled,
    utterances: [says('A', 0.3, 0.6), says('B', 0.6, 2.7), says('A', 4, 30), says('B', 30, 40)],
    roles: { A: 'agent', B: 'customer' },
  },
  {
    of: 'a call in which both are there all the time',
    participants: [participant('customer', ['interact', 0, 60]), participant('agent', ['interact', 0, 60])],
    utterances: [says('A', 1, 10), says('B', 10, 20)],
    roles: { A: 'unknown', B: 'unknown' },
  },
  {
    of: 'both labels heard alike while only the customer is connected',
    participants: [participant('customer', ['interact', 0, 60]), participant('agent', ['interact', 20, 60])],
    utterances: [says('A', 1, 9), says('B', 10, 18), says('A', 21, 30)],
    roles: { A: 'unknown', B: 'unknown' },
  },
  {
    of: 'one speaker, with both connected',
    participants: dialled,
    utterances: [says('A', 5, 20)],
    roles: { A: 'unknown' },
  },
  {
    of: 'a third speaker of whom nothing is known',
    participants: dialled,
    utterances: [says('B', 0.2, 2.7), says('A', 4, 10), says('C', 10, 20)],
    roles: { A: 'unknown', B: 'customer', C: 'unknown' },
  },
  {
    of: 'a call whose customer has no time line',
    participants: [participant('customer'), participant('agent', ['interact', 0, 60])],
    utterances: [says('A', 1, 10), says('B', 10, 20)],
    roles: { A: 'unknown', B: 'unknown' },
  },
  {
    of: 'a time line of another hour',
    participants: [
      participant('customer', ['interact', -3600, -3540]),
      participant('agent', ['interact', -3597, -3540]),
    ],
    utterances: [says('B', 0.2, 2.5), says('A', 4, 10)],
    roles: { A: 'unknown', B: 'unknown' },
  },
];

describe('byTimeline', () => {
  it.each(cases)('tells the roles of $of', ({ participants, utterances, roles }) => {
    const candidate = byTimeline(utterances, presenceOf(recordingOf(...participants)), 60);
    expect(candidate.roles).toEqual(utterances.map(({ speaker }) => roles[speaker]));
    const isTold = Object.values(roles).some((role) => role !== 'unknown');
    if (isTold) expect(candidate.confidencePercent).toBeGreaterThanOrEqual(60);
    else expect(candidate.confidencePercent).toBe(0);
    expect(candidate.facts.length).toBeGreaterThan(0);
    for (const fact of candidate.facts) for (const { text } of utterances) expect(fact).not.toContain(text);
  });

  it('judges each utterance by itself where everybody has the same label', () => {
    const utterances = [says('A', 0.2, 2.9), says('A', 10, 20), says('A', 41, 50)];
    const presence = presenceOf(
      recordingOf(participant('customer', ['interact', 0, 40]), participant('agent', ['interact', 3, 60])),
    );
    const candidate = byTimeline(utterances, presence, 60);
    expect(candidate.roles).toEqual(['customer', 'unknown', 'agent']);
    expect(candidate.confidencePercent).toBeGreaterThanOrEqual(60);
    expect(candidate.facts).toEqual([
      'there is one label for everybody: 2 of 3 utterances are told by when they are heard',
    ]);
  });

  it('tells less when it must be surer', () => {
    const utterances = [says('B', 0.2, 2.5), says('A', 4, 10)];
    const presence = presenceOf(recordingOf(...dialled));
    const { confidencePercent } = byTimeline(utterances, presence, 60);
    expect(confidencePercent).toBe(81);
    expect(byTimeline(utterances, presence, 81).roles).toEqual(['customer', 'agent']);
    expect(byTimeline(utterances, presence, 82).roles).toEqual(['unknown', 'unknown']);
  });

  it('says how it came to that', () => {
    const { facts } = byTimeline([says('B', 0.3, 2.3), says('A', 4, 10)], presenceOf(recordingOf(...dialled)), 60);
    expect(facts).toEqual([
      'B: 2.0 s of speech, 2.0 s while only the customer is connected, 0.0 s while only an agent is: customer, 80 %',
      'A: 6.0 s of speech, 0.0 s while only the customer is connected, 0.0 s while only an agent is: agent, 80 %',
    ]);
  });
});
