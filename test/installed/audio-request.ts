/**
 * One request of the generic speech contract, made by nothing of ours: the FormData of the platform.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { spokenCalls } from '../audio/fixtures.ts';

/** What a speech server hears in the first fixture: all utterances as one text. */
export const hearFixture = async (url: string): Promise<string> => {
  const form = new FormData();
  form.append('audio', new Blob([await readFile(spokenCalls.call1.stereo)], { type: 'audio/wav' }), 'call.wav');
  const config = {
    languageCode: 'en-US',
    enableSpeakerDiarization: true,
    diarizationSpeakerCount: 2,
    model: 'phone_call',
  };
  form.append('config', new Blob([JSON.stringify(config)], { type: 'application/json' }));
  const response = await fetch(url, { method: 'POST', body: form });
  if (!response.ok) throw new Error(`the speech server answered ${response.status}: ${await response.text()}`);
  const { results } = (await response.json()) as { readonly results: readonly { readonly transcript: string }[] };
  return results.map(({ transcript }) => transcript).join(' ');
};
