/**
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../clock.ts';
import { CallscribeError, type ErrorCode } from '../../errors.ts';
import type { RecordingsAnswer } from '../genesys/client.ts';
import type { JSONObject } from '../genesys/read.ts';
import type { Conversation, Recording } from '../types.ts';
import { createLocate, createRelocate, type LocateOptions } from './locate.ts';

const NOW_MS = 10_000_000;

const conversation: Conversation = {
  conversationId: 'c',
  startAtMs: 0,
  endAtMs: 60_000,
  direction: 'outbound',
  divisionIds: [],
  participants: [],
};
const fresh: Conversation = { ...conversation, endAtMs: NOW_MS - 1000 };

const row = (id: string, more = {}) => ({
  id,
  media: 'audio',
  mediaUris: { 0: { mediaUri: `https://media/${id}` } },
  ...more,
});
const uploading = (id: string) => row(id, { fileState: 'UPLOADING' });
const list = (...recordings: readonly JSONObject[]): RecordingsAnswer => ({
  status: 200,
  recordings,
});
const PENDING: RecordingsAnswer = { status: 202 };
const failure = (code: ErrorCode): CallscribeError => new CallscribeError(code, 'no');

type Step = RecordingsAnswer | CallscribeError;

/** Gives the steps in turn, the last one for ever; sleeps take no real time. */
const scene = (steps: readonly Step[], options: Partial<LocateOptions> = {}) => {
  let nowMs = NOW_MS;
  let asked = 0;
  const formats: string[] = [];
  const clock: Clock = {
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      nowMs += ms;
    },
  };
  const client: LocateOptions['client'] = {
    recordings: async (_, { formatId }) => {
      formats.push(formatId);
      const step = steps[Math.min(asked, steps.length - 1)];
      asked += 1;
      if (step === undefined || step instanceof CallscribeError) throw step;
      return step;
    },
  };
  const locate = createLocate({ client, clock, random: () => 0.5, selection: {}, ...options });
  return { locate, asked: () => asked, tookMs: () => nowMs - NOW_MS, formats };
};

const signal = new AbortController().signal;

describe('createLocate', () => {
  it('gives all recordings, each once', async () => {
    const { locate, formats } = scene([list(row('a'), row('b', { media: 'screen' }), row('a'))]);
    const located = await locate(conversation, signal);
    expect(located).toMatchObject({
      kind: 'Recordings',
      recordings: [{ recordingId: 'a' }, { recordingId: 'b', skip: 'CSC_RECORDING_NOT_AUDIO' }],
    });
    expect(formats).toEqual(['WAV']);
  });

  it('honours the shortest duration', async () => {
    const { locate } = scene([list(row('a', { outputDurationMs: 4000 }))], { selection: { minDurationSeconds: 5 } });
    expect(await locate(conversation, signal)).toMatchObject({ recordings: [{ skip: 'CSC_RECORDING_TOO_SHORT' }] });
  });

  it('polls while Genesys transcodes, uploads or fails', async () => {
    const steps = [PENDING, list(uploading('a')), failure('CSC_GENESYS_UNAVAILABLE'), list(row('a'))];
    const { locate, asked, tookMs } = scene(steps);
    expect(await locate(conversation, signal)).toMatchObject({ recordings: [{ recordingId: 'a' }] });
    expect(asked()).toBe(4);
    expect(tookMs()).toBe(2000 + 3000 + 5000);
  });

  it.each([
    ['202', PENDING, 'CSC_RECORDING_NOT_READY'],
    ['an upload', list(uploading('a'), row('screen', { media: 'screen' })), 'CSC_RECORDING_NOT_READY'],
    ['a failure', failure('CSC_GENESYS_UNAVAILABLE'), 'CSC_GENESYS_UNAVAILABLE'],
  ])('gives up on %s when the time is over', async (_, step, code) => {
    const { locate, tookMs } = scene([step], { readyTimeoutMs: 60_000 });
    await expect(locate(conversation, signal)).rejects.toMatchObject({ code });
    expect(tookMs()).toBeLessThanOrEqual(60_000);
    expect(tookMs()).toBeGreaterThan(30_000);
  });

  it('keeps what is ready when another one is not in time', async () => {
    const { locate } = scene([list(row('a'), uploading('b'))]);
    expect(await locate(conversation, signal)).toMatchObject({
      recordings: [{ recordingId: 'a' }, { recordingId: 'b', skip: 'CSC_RECORDING_NOT_READY' }],
    });
  });

  it.each([
    ['an empty list', list()],
    ['a 404', failure('CSC_GENESYS_NOT_FOUND')],
  ])('takes %s of an old conversation for an answer', async (_, step) => {
    const { locate, asked } = scene([step]);
    expect(await locate(conversation, signal)).toEqual({ kind: 'NoRecording' });
    expect(asked()).toBe(1);
  });

  it.each([
    ['an empty list', list()],
    ['a 404', failure('CSC_GENESYS_NOT_FOUND')],
  ])('asks again after %s of a fresh conversation', async (_, step) => {
    expect(await scene([step, step, list(row('a'))]).locate(fresh, signal)).toMatchObject({ kind: 'Recordings' });
    const never = scene([step]);
    expect(await never.locate(fresh, signal)).toEqual({ kind: 'NoRecording' });
    expect(never.asked()).toBeGreaterThan(3);
  });

  it('passes on at once what waiting does not mend', async () => {
    const { locate, asked } = scene([failure('CSC_GENESYS_FORBIDDEN')]);
    await expect(locate(conversation, signal)).rejects.toMatchObject({ code: 'CSC_GENESYS_FORBIDDEN' });
    expect(asked()).toBe(1);
  });

  it('ends with the reason of the signal', async () => {
    const abort = new AbortController();
    abort.abort(new Error('cancelled'));
    await expect(scene([PENDING]).locate(conversation, abort.signal)).rejects.toThrow('cancelled');
    await expect(scene([failure('CSC_GENESYS_UNAVAILABLE')]).locate(conversation, abort.signal)).rejects.toThrow(
      'cancelled',
    );
  });
});

describe('createRelocate', () => {
  const recording = (recordingId: string): Recording => ({
    recordingId,
    conversation,
    startAtMs: 0,
    announcedDurationMs: 0,
    mediaUris: new Map([['0', 'https://media/stale']]),
  });
  const relocate = createRelocate(scene([list(row('a'), row('b', { fileState: 'DELETED' }))]).locate);

  it('gives the same recording with fresh addresses', async () => {
    const again = await relocate(recording('a'), signal);
    expect([...again.mediaUris.values()]).toEqual(['https://media/a']);
  });

  it.each([
    ['missing', 'CSC_MEDIA_NOT_FOUND'],
    ['b', 'CSC_RECORDING_DELETED'],
  ])('rejects for %s with %s', async (id, code) => {
    await expect(relocate(recording(id), signal)).rejects.toMatchObject({ code });
  });
});
