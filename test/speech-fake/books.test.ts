import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { spokenCalls } from '../audio/fixtures.ts';
import { post } from './poster.ts';
import { startSpeechFake } from './speech-fake.ts';
import type { SpeechFake, SpeechOptions } from './speech-fake.ts';

let speech: SpeechFake;

const start = async (options: SpeechOptions = {}): Promise<void> => {
  speech = await startSpeechFake({ apiKey: 'speech-key', ...options });
};

afterEach(() => speech.stop());

const DURATION_MS = spokenCalls.call1.durationMs;

describe('the books', () => {
  it('have a line for each request: what came, when, and that it is billed', async () => {
    await start();
    await post(speech);
    const bytes = await readFile(spokenCalls.call1.stereo);
    expect(speech.requests).toEqual([
      {
        sha256: createHash('sha256').update(bytes).digest('hex'),
        audioBytes: bytes.length,
        durationMs: DURATION_MS,
        contentType: 'audio/wav',
        config: {
          languageCode: 'en-US',
          enableSpeakerDiarization: true,
          diarizationSpeakerCount: 2,
          model: 'phone_call',
        },
        atMs: expect.any(Number) as number,
        receivedAtMs: expect.any(Number) as number,
        status: 200,
        isBilled: true,
      },
    ]);
    expect(speech.meter()).toMatchObject({ billedRequests: 1, billedMs: DURATION_MS });
  });

  it('bill a request whose answer was lost, as a provider does', async () => {
    await start({ faults: [{ path: /transcribe$/u, drop: 'reset', received: true }] });
    await expect(post(speech)).rejects.toThrow();
    expect(speech.meter()).toMatchObject({ billedRequests: 1, billedMs: DURATION_MS });
  });

  it.each([429, 500, 503])('do not bill a request that was answered with %i', async (status) => {
    await start({ faults: [{ path: /transcribe$/u, status }] });
    expect((await post(speech)).status).toBe(status);
    expect(speech.meter().billedRequests).toBe(0);
    expect(speech.requests).toMatchObject([{ status, isBilled: false }]);
  });

  it('do not bill what did not arrive', async () => {
    await start();
    await expect(post(speech, { breakOffAfter: 1000 })).rejects.toThrow('broken off');
    await expect(post(speech, {})).resolves.toMatchObject({ status: 200 });
    expect(speech.requests).toHaveLength(1);
  });

  it('bill a success that is no transcript: the service did its work', async () => {
    await start({ faults: [{ path: /transcribe$/u, status: 200, body: { text: 'another form' } }] });
    expect(await post(speech)).toMatchObject({ status: 200, body: { text: 'another form' } });
    expect(speech.meter().billedRequests).toBe(1);
  });
});

describe('many at a time', () => {
  it('are counted', async () => {
    await start({ latencyMs: 1000 });
    await Promise.all([post(speech), post(speech), post(speech)]);
    expect(speech.meter()).toMatchObject({ highWaterMark: 3, billedRequests: 3 });
  });

  it('are refused beyond its limit, with the time to wait', async () => {
    await start({ latencyMs: 1000, maxInFlight: 1 });
    const answers = await Promise.all([post(speech), post(speech)]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
    expect(answers.find(({ status }) => status === 429)?.headers['retry-after']).toBe('1');
    expect(speech.violations).toEqual([]);
  });
});

it('answers what a test tells it to', async () => {
  await start({
    answer: ({ config }) => [{ speakerLabel: config.model, transcript: 'Yes.', startTimeMs: 0, endTimeMs: 1 }],
  });
  expect((await post(speech)).body).toEqual({
    results: [{ speakerLabel: 'phone_call', transcript: 'Yes.', startTimeMs: 0, endTimeMs: 1 }],
  });
});
