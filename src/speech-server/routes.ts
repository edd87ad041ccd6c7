/**
 * What the speech server answers: `POST /v1/transcribe` of the generic contract, and `/healthz` and `/readyz` beside it.
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Admission } from './admission.ts';
import type { TranscriptionQueue } from './queue.ts';
import { Refusal } from './refusal.ts';
import type { Transcription } from './transcribe.ts';
import { receiveUpload } from './upload.ts';

export interface RouteOptions {
  readonly queue: TranscriptionQueue;
  readonly admission: Admission;
  readonly maxAudioBytes: number;
  /** What went wrong and is not the client's fault; it is told little. */
  readonly onTrouble: (message: string) => void;
}

/** What became of a transcription request. */
export interface RequestOutcome {
  /** 499 where the client went away before there was an answer. */
  readonly status: number;
  /** Why it was refused. */
  readonly code?: string;
  /** Length of the audio. */
  readonly audioMs?: number;
  readonly durationMs: number;
}

/** Resolves when the answer has left, with the outcome where it was a transcription. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<RequestOutcome | undefined>;

type Transcribed = Extract<Transcription, { readonly kind: 'Done' }>;

/** The engine knows English only; it says so instead of writing down nonsense. */
const checkLanguage = (languageCode: string): void => {
  if (/^en(-|$)/i.test(languageCode)) return;
  const shown = languageCode.slice(0, 35);
  throw new Refusal(422, 'unsupported_language', `language ${shown} is not supported: the model is English`);
};

const answer = (
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers }).end(text);
};

const refuse = (response: ServerResponse, { status, code, message, headers }: Refusal): void =>
  answer(response, status, { error: { code, message } }, headers);

export const createHandle = ({ queue, admission, maxAudioBytes, onTrouble }: RouteOptions): Handle => {
  const work = async (request: IncomingMessage, response: ServerResponse): Promise<Transcribed> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the client went away')));
    if (request.headers.expect !== undefined) response.writeContinue();
    const { file, languageCode } = await receiveUpload(request, maxAudioBytes);
    try {
      checkLanguage(languageCode);
      const transcription = await queue.transcribe(file, gone.signal);
      gone.signal.throwIfAborted();
      if (transcription.kind === 'Done') return transcription;
      throw new Refusal(415, 'unsupported_audio', transcription.message);
    } finally {
      // Does nothing where the queue took it over.
      await file.close();
    }
  };

  const refusalOf = (error: unknown): Refusal => {
    const refusal =
      error instanceof Refusal
        ? error
        : new Refusal(500, 'internal', 'the speech server failed', { cause: error as Error });
    if (refusal.cause instanceof Error) onTrouble(`${refusal.message}: ${refusal.cause.message}`);
    return refusal;
  };

  const transcribe = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      const { results, audioMs } = await admission.within(request, () => work(request, response));
      answer(response, 200, { results });
      return { status: 200, audioMs };
    } catch (error) {
      if (response.destroyed) return { status: 499 };
      const refusal = refusalOf(error);
      refuse(response, refusal);
      return { status: refusal.status, code: refusal.code };
    }
  };

  const dispatch = async (request: IncomingMessage, response: ServerResponse): Promise<RequestOutcome | undefined> => {
    const path = request.url?.split('?')[0];
    if (path === '/v1/transcribe') {
      const startMs = performance.now();
      const outcome = await transcribe(request, response);
      return { ...outcome, durationMs: Math.round(performance.now() - startMs) };
    }
    if (path === '/healthz') answer(response, 200, { inside: admission.inside });
    else if (path !== '/readyz') refuse(response, new Refusal(404, 'not_found', 'there is only POST /v1/transcribe'));
    else if (queue.isReady && admission.isOpen) answer(response, 200, { inside: admission.inside });
    else refuse(response, new Refusal(503, 'not_ready', 'the engine is starting, or the server is stopping'));
    return undefined;
  };

  return async (request, response) => {
    if (!admission.isOpen) response.setHeader('connection', 'close');
    const outcome = await dispatch(request, response);
    // What was not read of a refused request would keep the connection busy.
    request.resume();
    // A client that went away got no answer, and needs none.
    await finished(response).catch(() => {});
    return outcome;
  };
};
