import { describe, expect, it } from 'vitest';
import { parseAnswer } from './answer.ts';

const result = { speakerLabel: 'speaker_0', transcript: 'Hello?', startTimeMs: 120, endTimeMs: 900 };
const answerOf = (...results: unknown[]): string => JSON.stringify({ results });

describe('parseAnswer', () => {
  it('reads the results', () => {
    expect(parseAnswer(answerOf(result, { ...result, channel: 1 }), 1000)).toEqual([
      { speaker: 'speaker_0', startMs: 120, endMs: 900, text: 'Hello?' },
      { speaker: 'speaker_0', channel: 1, startMs: 120, endMs: 900, text: 'Hello?' },
    ]);
  });

  it('takes silence for an answer', () => {
    expect(parseAnswer('{"results":[],"more":true}', 1000)).toEqual([]);
  });

  it.each([
    ['fractions', { startTimeMs: 0.4, endTimeMs: 10.6 }, 0, 11],
    ['beyond the ends', { startTimeMs: -3, endTimeMs: 1020 }, 0, 1000],
    ['an end before the start', { startTimeMs: 500, endTimeMs: 400 }, 500, 500],
  ])('brings times into the audio: %s', (_name, times, startMs, endMs) => {
    expect(parseAnswer(answerOf({ ...result, ...times }), 1000)).toEqual([
      { speaker: 'speaker_0', startMs, endMs, text: 'Hello?' },
    ]);
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
