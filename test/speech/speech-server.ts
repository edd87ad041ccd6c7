/**
 * The speech server as a process of its own, as users run it, and a client for it.
 * @module
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CALLSCRIBE = fileURLToPath(new URL('../../bin/callscribe', import.meta.url));

export interface SpeechServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything that it logged, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Resolves to the exit code, or to the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL where that does not help. */
  stop(): Promise<number | string>;
}

export interface ProcessOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Put before the command, for example to limit what it may use. */
  readonly shell?: string;
}

const STOP_TIMEOUT_MS = 40_000;

const parseLine = (line: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { msg: line };
  }
};

interface Started extends Omit<SpeechServerProcess, 'url'> {
  /** Rejects where it ended before it was ready. */
  readonly ready: Promise<string>;
}

const launch = ({ flags = [], env = {}, shell = '' }: ProcessOptions): Started => {
  const child = spawn(
    '/bin/sh',
    ['-c', `${shell} exec "$@"`, 'sh', CALLSCRIBE, 'speech-server', '--port=0', '--host=127.0.0.1', ...flags],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const log: Readonly<Record<string, unknown>>[] = [];
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const ready = new Promise<string>((resolve, reject) => {
    const read = (line: string): void => {
      const entry = parseLine(line);
      log.push(entry);
      if (entry['msg'] === 'ready') resolve(String(entry['url']));
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    void ended.then((how) => reject(new Error(`the speech server ended with ${how}: ${JSON.stringify(log)}`)));
  });
  // Looked at by those who expect a server.
  ready.catch(() => {});
  return {
    ready,
    log,
    ended,
    pid: child.pid ?? 0,
    signal: (name) => child.kill(name),
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      const how = await ended;
      clearTimeout(timer);
      return how;
    },
  };
};

/** Starts it and waits until it is ready. */
export const startSpeechServerProcess = async (options: ProcessOptions = {}): Promise<SpeechServerProcess> => {
  const { ready, ...rest } = launch(options);
  return { ...rest, url: await ready };
};

/** Starts it where it is expected to give up; resolves when it did. */
export const startInVain = async (
  options: ProcessOptions,
): Promise<{ readonly exit: number | string; readonly log: SpeechServerProcess['log'] }> => {
  const { ended, log } = launch(options);
  return { exit: await ended, log };
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
