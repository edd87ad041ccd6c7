/**
 * Posts to the speech fake as plain HTTP, for tests of the fake itself: a request of the contract, with differences.
 * @module
 */
import { request } from 'node:http';
import { readFile } from 'node:fs/promises';
import { spokenCalls } from '../audio/fixtures.ts';
import type { SpeechFake } from './speech-fake.ts';

export interface Part {
  readonly name: string;
  readonly type?: string;
  readonly filename?: string;
  readonly content: Buffer | string;
}

export const goodConfig = {
  languageCode: 'en-US',
  enableSpeakerDiarization: true,
  diarizationSpeakerCount: 2,
  model: 'phone_call',
};

export const configPart = (config: unknown = goodConfig): Part => ({
  name: 'config',
  type: 'application/json',
  content: JSON.stringify(config),
});

/** The stereo file of the first fixture unless another one is given. */
export const audioPart = async (path = spokenCalls.call1.stereo): Promise<Part> => ({
  name: 'audio',
  type: 'audio/wav',
  filename: 'audio.wav',
  content: await readFile(path),
});

const BOUNDARY = 'a-boundary-that-no-fixture-contains';

export const bodyOf = (parts: readonly Part[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap(({ name, type, filename, content }) => {
      const file = filename === undefined ? '' : `; filename="${filename}"`;
      const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n`;
      const typed = type === undefined ? '' : `Content-Type: ${type}\r\n`;
      return [Buffer.from(`${head}${typed}\r\n`), Buffer.from(content), Buffer.from('\r\n')];
    }),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);

export interface PostOptions {
  readonly parts?: readonly Part[];
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly path?: string;
  /** In chunks, without a Content-Length. */
  readonly chunked?: boolean;
  /** Breaks off after so many bytes. */
  readonly breakOffAfter?: number;
}

export interface Posted {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** Rejects where there was no answer. */
export const post = async ({ url }: SpeechFake, options: PostOptions = {}): Promise<Posted> => {
  const body = options.body ?? bodyOf(options.parts ?? [await audioPart(), configPart()]);
  const length = options.chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) };
  const type = `multipart/form-data; boundary=${BOUNDARY}`;
  const target = options.path === undefined ? url : new URL(options.path, url);
  return new Promise((resolve, reject) => {
    const sent = request(target, {
      method: options.method ?? 'POST',
      headers: { authorization: 'Bearer speech-key', 'content-type': type, ...length, ...options.headers },
    });
    sent.once('error', reject);
    sent.once('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text === '' ? '' : JSON.parse(text) });
      });
    });
    if (options.breakOffAfter === undefined) sent.end(body);
    else sent.write(body.subarray(0, options.breakOffAfter), () => sent.destroy(new Error('broken off')));
  });
};
