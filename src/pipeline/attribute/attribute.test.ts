import { describe, expect, it } from 'vitest';
import { CallscribeError } from '../../errors.ts';
import type { Utterance } from '../types.ts';
import { type AttributeOptions, createAttribute } from './attribute.ts';
import { audioOf, participant, recordingOf, says } from './test-calls.ts';

const NOW = Date.UTC(2026, 10, 24, 9);

const options = (more: Partial<AttributeOptions> = {}): AttributeOptions => ({
  agentChannel: 1,
  minConfidencePercent: 60,
  language: 'en-US',
  engine: { provider: 'generic', model: 'phone_call' },
  currency: 'USD',
  priceMicros: ({ durationMs }) => durationMs,
  now: () => NOW,
  readEnergy: () => Promise.reject(new CallscribeError('CSC_MEDIA_UNSUPPORTED', 'not asked for')),
  ...more,
});

const dialled = recordingOf(participant('customer', ['interact', 0, 60]), participant('agent', ['interact', 3, 60]));
const hello = [says('B', 0.2, 2.5), says('A', 4, 10)];
const left = Float32Array.from({ length: 500 }, (_, frame) => Number(frame < 150));
const right = Float32Array.from({ length: 500 }, (_, frame) => Number(frame > 190 && frame < 480));

describe('createAttribute', () => {
  it('makes the whole document, turns in time order and without empty ones', async () => {
    const utterances: Utterance[] = [
      says('A', 4, 10, 1),
      { ...says('A', 3.5, 3.9, 1), text: ' \n' },
      { ...says('B', 0, 2, 0), text: ' Hello? ' },
    ];
    await expect(createAttribute(options())(dialled, audioOf(2), utterances)).resolves.toEqual({
      conversationId: 'c-1',
      recordingId: 'r-1',
      language: 'en-US',
      durationMs: 60_000,
      channels: 2,
      engine: { provider: 'generic', model: 'phone_call' },
      turns: [
        { speaker: 'B', channel: 0, startMs: 0, endMs: 2000, text: 'Hello?', role: 'customer' },
        { speaker: 'A', channel: 1, startMs: 4000, endMs: 10_000, text: 'A at 4', role: 'agent' },
      ],
      roles: {
        method: 'channel',
        confidencePercent: 100,
        facts: ["channel 1 is the organisation's, the other one the customer's"],
      },
      costMicros: 60_000,
      currency: 'USD',
      createdAtMs: NOW,
    });
  });

  it('compares the channels where the service tells labels only', async () => {
    const asked: unknown[] = [];
    const attribute = createAttribute(
      options({
        readEnergy: async (path, { frameMs }) => {
          asked.push({ path, frameMs });
          return { frameMs, channels: [left, right] };
        },
      }),
    );
    const { turns, roles } = await attribute(dialled, audioOf(2), hello);
    expect(asked).toEqual([{ path: '/tmp/a.wav', frameMs: 20 }]);
    expect(turns.map(({ role }) => role)).toEqual(['customer', 'agent']);
    expect(roles.method).toBe('energy');
  });

  it('goes by the time line where the channels cannot be compared, or are the same', async () => {
    const same: AttributeOptions['readEnergy'] = async (_path, { frameMs }) => ({ frameMs, channels: [left, left] });
    const undecoded: AttributeOptions['readEnergy'] = async () => undefined;
    const failing = options().readEnergy;
    for (const readEnergy of [failing, undecoded, same]) {
      const attribute = createAttribute(options({ readEnergy }));
      const { turns, roles } = await attribute(dialled, audioOf(2), hello);
      expect(turns.map(({ role }) => role)).toEqual(['customer', 'agent']);
      expect(roles).toMatchObject({ method: 'timeline', confidencePercent: 81 });
      expect(roles.facts.length).toBeGreaterThan(2);
    }
  });

  it('does not compare channels of mono audio', async () => {
    const { roles } = await createAttribute(options())(dialled, audioOf(1), hello);
    expect(roles).toMatchObject({ method: 'timeline', confidencePercent: 81 });
    expect(roles.facts).toHaveLength(2);
  });

  it('says unknown rather than guess', async () => {
    const attribute = createAttribute(options({ minConfidencePercent: 95 }));
    const { turns, roles } = await attribute(dialled, audioOf(1), hello);
    expect(turns.map(({ role }) => role)).toEqual(['unknown', 'unknown']);
    expect(roles.method).toBe('none');
  });

  it('has a transcript of silence', async () => {
    const { turns, roles } = await createAttribute(options())(dialled, audioOf(2), []);
    expect(turns).toEqual([]);
    expect(roles).toEqual({ method: 'none', confidencePercent: 0, facts: ['nothing was said'] });
  });

  it('does not look at the words', async () => {
    const attribute = createAttribute(options());
    const spoken = hello.map((utterance, index) => ({ ...utterance, text: `My name is agent ${index}` }));
    const [one, other] = await Promise.all([
      attribute(dialled, audioOf(1), hello),
      attribute(dialled, audioOf(1), spoken),
    ]);
    expect(one.turns.map(({ role }) => role)).toEqual(other.turns.map(({ role }) => role));
  });
});
