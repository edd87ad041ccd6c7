import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spokenCalls } from '../audio/fixtures.ts';
import type { SpeechResult } from './hear.ts';
import { audioPart, bodyOf, configPart, goodConfig, post } from './poster.ts';
import type { Part, PostOptions } from './poster.ts';
import { startSpeechFake } from './speech-fake.ts';
import type { SpeechFake } from './speech-fake.ts';

let speech: SpeechFake;

beforeAll(async () => {
  speech = await startSpeechFake({ apiKey: 'speech-key' });
});
afterAll(() => speech.stop());

const resultsOf = async (parts: readonly Part[]): Promise<readonly SpeechResult[]> => {
  const { status, body } = await post(speech, { parts });
  expect(status).toBe(200);
  return (body as { readonly results: readonly SpeechResult[] }).results;
};

describe('what it hears', () => {
  it('in a stereo fixture: the true words, each on its channel', async () => {
    const results = await resultsOf([await audioPart(), configPart()]);
    expect(
      results.map(({ transcript, startTimeMs, endTimeMs, channel }) => [transcript, startTimeMs, endTimeMs, channel]),
    ).toEqual(
      spokenCalls.call1.turns.map(({ text, startMs, endMs, role }) => [text, startMs, endMs, role === 'agent' ? 1 : 0]),
    );
  });

  it('in a mono fixture: who speaks first is speaker_0, and there is no channel', async () => {
    const results = await resultsOf([await audioPart(spokenCalls.call2.mono), configPart()]);
    expect(results).toHaveLength(spokenCalls.call2.turns.length);
    expect(results[0]).toMatchObject({ speakerLabel: 'speaker_0' });
    expect(new Set(results.map(({ speakerLabel }) => speakerLabel))).toEqual(new Set(['speaker_0', 'speaker_1']));
    expect(results.every((result) => !('channel' in result))).toBe(true);
  });

  it('without diarization: one speaker', async () => {
    const config = configPart({ ...goodConfig, enableSpeakerDiarization: false });
    const results = await resultsOf([await audioPart(), config]);
    expect(new Set(results.map(({ speakerLabel }) => speakerLabel))).toEqual(new Set(['speaker_0']));
  });

  it('in anything else: invented words that are the same each time', async () => {
    const part = {
      name: 'audio',
      type: 'audio/mpeg',
      filename: 'a.mp3',
      content: Buffer.from(`ID3${'x'.repeat(99_997)}`),
    };
    const [once, again] = [await resultsOf([part, configPart()]), await resultsOf([part, configPart()])];
    expect(once.length).toBeGreaterThan(1);
    expect(again).toEqual(once);
  });

  it('is no violation', () => {
    expect(speech.violations).toEqual([]);
  });
});

describe('what it refuses, as a defect of its caller', () => {
  const audio = { name: 'audio', type: 'audio/wav', filename: 'a.wav', content: Buffer.from('RIFF0000WAVEfmt ') };
  const withConfig = (change: object): PostOptions => ({ parts: [audio, configPart({ ...goodConfig, ...change })] });

  it.each<[string, number, PostOptions]>([
    ['another path', 404, { path: '/v2/transcribe' }],
    ['another method', 405, { method: 'PUT' }],
    ['a body in chunks', 411, { chunked: true }],
    ['a body that is no form', 415, { headers: { 'content-type': 'audio/wav' } }],
    ['no audio', 400, { parts: [configPart()] }],
    ['no config', 400, { parts: [audio] }],
    ['audio twice', 400, { parts: [audio, audio, configPart()] }],
    ['a part of another name', 400, { parts: [audio, configPart(), { ...audio, name: 'video' }] }],
    ['audio that is no file', 400, { parts: [{ name: 'audio', content: 'RIFF' }, configPart()] }],
    ['empty audio', 400, { parts: [{ ...audio, content: '' }, configPart()] }],
    [
      'audio of a type that is not audio',
      400,
      { parts: [{ ...audio, type: 'application/octet-stream' }, configPart()] },
    ],
    ['audio of another type than it is', 400, { parts: [{ ...audio, type: 'audio/mpeg' }, configPart()] }],
    ['audio that is not what it is called', 400, { parts: [{ ...audio, content: 'nothing' }, configPart()] }],
    ['a config of another type', 400, { parts: [audio, { ...configPart(), type: 'text/plain' }] }],
    ['a config that is no JSON', 400, { parts: [audio, { ...configPart(), content: '{' }] }],
    ['a config that is null', 400, { parts: [audio, configPart(null)] }],
    ['an unknown field', 400, withConfig({ punctuation: true })],
    ['no language', 400, withConfig({ languageCode: undefined })],
    ['a language that is none', 400, withConfig({ languageCode: 'English (US)' })],
    ['half a speaker', 400, withConfig({ diarizationSpeakerCount: 0.5 })],
    ['no speaker', 400, withConfig({ diarizationSpeakerCount: 0 })],
    ['"true" for true', 400, withConfig({ enableSpeakerDiarization: 'true' })],
    ['an empty model', 400, withConfig({ model: '' })],
    ['a body that ends too early', 400, { body: bodyOf([audio, configPart()]).subarray(0, 200) }],
  ])('%s: %i', async (_, status, options) => {
    const [noted, received] = [speech.violations.length, speech.requests.length];
    expect((await post(speech, options)).status).toBe(status);
    expect(speech.violations).toHaveLength(noted + 1);
    expect(speech.requests).toHaveLength(received);
  });

  it('a wrong key: 401, which is a matter of configuration', async () => {
    const noted = speech.violations.length;
    expect((await post(speech, { headers: { authorization: 'Bearer other' } })).status).toBe(401);
    expect(speech.violations).toHaveLength(noted);
  });
});
