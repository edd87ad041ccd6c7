/**
 * The fixtures are real speech, so they show what drawings of energy cannot: pauses, breath, and voices of one sex.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { spokenCalls } from '../../../test/audio/fixtures.ts';
import { readEnergy } from '../../audio/energy.ts';
import { createAttribute } from './attribute.ts';
import { audioOf, recordingOf } from './test-calls.ts';

const attribute = createAttribute({
  agentChannel: 1,
  minConfidencePercent: 60,
  language: 'en-US',
  engine: { provider: 'generic', model: 'phone_call' },
  currency: 'USD',
  priceMicros: () => 0,
  now: () => 0,
  readEnergy,
});

const rolesOf = (turns: readonly { readonly role: string }[]): readonly string[] => turns.map(({ role }) => role);

describe.each(Object.values(spokenCalls))('the recorded call $name', ({ turns, stereo, mono }) => {
  // One label for all, the most useless diarization there is.
  const utterances = turns.map(({ text, startMs, endMs }) => ({ speaker: 'speaker_0', text, startMs, endMs }));

  it('has its roles by the sound of its channels alone', async () => {
    const transcript = await attribute(recordingOf(), { ...audioOf(2), path: stereo }, utterances);
    expect(rolesOf(transcript.turns)).toEqual(rolesOf(turns));
    expect(transcript.roles.method).toBe('energy');
    expect(transcript.roles.confidencePercent).toBeGreaterThan(90);
  });

  it('has none where both are on one channel and nothing is known of the conversation', async () => {
    const transcript = await attribute(recordingOf(), { ...audioOf(1), path: mono }, utterances);
    expect(new Set(rolesOf(transcript.turns))).toEqual(new Set(['unknown']));
  });
});
