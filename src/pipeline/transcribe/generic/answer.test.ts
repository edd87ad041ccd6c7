import { describe, expect, it } from 'vitest';
import { parseAnswer } from './answer.ts';

const result = { speakerLabel: 'speaker_0', transcript: 'Hello?', startTimeMs: 120, endTimeMs: 900 };
const answerOf = (...results: unknown[]): string => JSON.stringify({ results });

const utterancesIn = (text: string, durationMs: number) => parseAnswer(text, durationMs).utterances;

describe('parseAnswer', () => {
  it('reads the results', () => {
    expect(utterancesIn(answerOf(result, { ...result, channel: 1 }), 1000)).toEqual([
      { speaker: 'speaker_0', startMs: 120, endMs: 900, text: 'Hello?' },
      { speaker: 'speaker_0', channel: 1, startMs: 120, endMs: 900, text: 'Hello?' },
    ]);
  });

  it('takes silence for an answer', () => {
    expect(parseAnswer('{"results":[],"more":true}', 1000)).toEqual({ utterances: [], usage: {} });
  });

  it.each([
    ['fractions', { startTimeMs: 0.4, endTimeMs: 10.6 }, 0, 11],
    ['beyond the ends', { startTimeMs: -3, endTimeMs: 1020 }, 0, 1000],
    ['an end before the start', { startTimeMs: 500, endTimeMs: 400 }, 500, 500],
  ])('brings times into the audio: %s', (_name, times, startMs, endMs) => {
    expect(utterancesIn(answerOf({ ...result, ...times }), 1000)).toEqual([
      { speaker: 'speaker_0', startMs, endMs, text: 'Hello?' },
    ]);
  });

  it.each<[string, object, object]>([
    [
      'all figures',
      { requestId: 'r-1', audioSeconds: 61.5, billedSeconds: 124 },
      { requestId: 'r-1', audioMs: 61_500, billedMs: 124_000 },
    ],
    ['numbers as texts', { audioSeconds: '61.5004', billedSeconds: '0' }, { audioMs: 61_500, billedMs: 0 }],
    ['one of them', { billedSeconds: 62 }, { billedMs: 62_000 }],
    ['none that can be read', { requestId: 7, audioSeconds: -1, billedSeconds: 'many' }, {}],
    ['none that can be true', { requestId: 'x'.repeat(129), audioSeconds: 1e9, billedSeconds: null }, {}],
    ['none that is empty', { requestId: '', audioSeconds: ' ', billedSeconds: true }, {}],
  ])('takes what the service says of its own figures: %s', (_name, more, usage) => {
    expect(parseAnswer(JSON.stringify({ results: [], ...more }), 1000).usage).toEqual(usage);
  });

  it.each([
    ['no JSON', 'Hello?'],
    ['an empty body', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['no results', '{}'],
    ['results of another kind', '{"results":{}}'],
    ['a result that is none', answerOf('Hello?')],
    ['a missing label', answerOf({ ...result, speakerLabel: undefined })],
    ['a numeric label', answerOf({ ...result, speakerLabel: 0 })],
    ['a missing transcript', answerOf({ ...result, transcript: null })],
    ['a time as text', answerOf({ ...result, startTimeMs: '120' })],
    ['a missing time', answerOf({ ...result, endTimeMs: undefined })],
    ['a channel as text', answerOf({ ...result, channel: '1' })],
    ['a negative channel', answerOf({ ...result, channel: -1 })],
  ])('refuses %s without telling what was said', (_name, text) => {
    try {
      parseAnswer(text, 1000);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'CSC_STT_PROTOCOL', charge: 'full' });
      expect(String(error)).not.toContain('Hello');
    }
  });
});
