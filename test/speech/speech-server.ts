/**
 * The speech server as a process of its own, as users run it, and a client for it.
 * @module
 */
import { callscribe } from '../cli/command.ts';
import {
  type CallscribeOptions,
  type CallscribeProcess,
  type LogLine,
  startCallscribe,
} from '../operator/callscribe.ts';

export interface SpeechServerProcess extends CallscribeProcess {
  readonly url: string;
  readonly pid: number;
}

/** On a free port of loopback. */
const argsWith = (flags: readonly string[]): readonly string[] => [
  'speech-server',
  '--port=0',
  '--host=127.0.0.1',
  ...flags,
];

/** Starts it and waits until it is ready. */
export const startSpeechServerProcess = async (
  flags: readonly string[] = [],
  options: CallscribeOptions = {},
): Promise<SpeechServerProcess> => {
  const program = await startCallscribe(argsWith(flags), options);
  const { pid, ready } = program;
  if (pid === undefined) throw new Error('the speech server has no process');
  return { ...program, pid, url: String(ready['url']) };
};

/** Starts it where it is expected to give up; resolves when it did. */
export const startInVain = async (
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly exit: number | string; readonly log: readonly LogLine[] }> => {
  const { how, stdout } = await callscribe(argsWith(flags), { env }).ended;
  const lines = stdout.split('\n').filter(Boolean);
  return { exit: how, log: lines.map((line) => JSON.parse(line) as LogLine) };
};

export interface SpokenResult {
  readonly speakerLabel: string;
  readonly transcript: string;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  readonly channel: number;
}

const CONFIG = {
  languageCode: 'en-US',
  enableSpeakerDiarization: true,
  diarizationSpeakerCount: 2,
  model: 'phone_call',
};

/** Sends audio as the contract says. */
export const postAudio = (url: string, audio: Buffer, init: RequestInit = {}): Promise<Response> => {
  const body = new FormData();
  body.append('config', new Blob([JSON.stringify(CONFIG)], { type: 'application/json' }));
  body.append('audio', new File([new Uint8Array(audio)], 'audio.wav', { type: 'audio/wav' }));
  return fetch(url, { method: 'POST', body, ...init });
};

/** Sends audio and reads the results. */
export const transcribed = async (url: string, audio: Buffer): Promise<readonly SpokenResult[]> => {
  const answer = await postAudio(url, audio);
  if (answer.status !== 200) throw new Error(`the speech server answered ${answer.status}: ${await answer.text()}`);
  const { results } = (await answer.json()) as { readonly results: readonly SpokenResult[] };
  return results;
};
