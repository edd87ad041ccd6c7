/**
 * The embedded speech engine behind the generic contract: `POST /v1/transcribe`, and `/healthz` and `/readyz` beside it.
 * @module
 */
import { timingSafeEqual } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelPaths } from './models.ts';
import { createTranscriptionQueue, type TranscriptionQueue } from './queue.ts';
import { BadRequest, receiveUpload } from './upload.ts';

export interface SpeechServerOptions {
  readonly port: number;
  readonly host: string;
  readonly model: ModelPaths;
  /** Requests that may wait; the next ones are answered with 429. */
  readonly maxQueue: number;
  /** Asked for as a Bearer token where given. */
  readonly apiKey?: string;
  readonly onRequest?: (outcome: RequestOutcome) => void;
}

export interface RequestOutcome {
  readonly status: number;
  readonly durationMs: number;
  readonly depth: number;
}

export interface SpeechServer {
  readonly url: string;
  close(): Promise<void>;
}

/** 500 MB hold an hour of two channels at 48 kHz in 24 bits. */
const MAX_AUDIO_BYTES = 500_000_000;
const RETRY_AFTER_SECONDS = 2;

const isAuthorized = (request: IncomingMessage, apiKey: string | undefined): boolean => {
  if (apiKey === undefined) return true;
  const [given, wanted] = [Buffer.from(request.headers.authorization ?? ''), Buffer.from(`Bearer ${apiKey}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};

const answer = (
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

const refuse = (response: ServerResponse, { status, code, message }: BadRequest): void =>
  answer(
    response,
    status,
    { error: { code, message } },
    status === 429 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {},
  );

interface Place {
  readonly queue: TranscriptionQueue;
  readonly folder: string;
  readonly apiKey: string | undefined;
}

const admit = ({ queue, apiKey }: Place, request: IncomingMessage): void => {
  if (!isAuthorized(request, apiKey)) throw new BadRequest(401, 'unauthorized', 'the Bearer token is missing or wrong');
  if (request.method !== 'POST') throw new BadRequest(405, 'method_not_allowed', 'the method must be POST');
  if (queue.isFull()) throw new BadRequest(429, 'queue_full', 'too many transcriptions wait; try again later');
};

/** The engine knows English only; it says so instead of writing down nonsense. */
const checkLanguage = (languageCode: string): void => {
  if (/^en(-|$)/i.test(languageCode)) return;
  throw new BadRequest(
    422,
    'unsupported_language',
    `language ${languageCode.slice(0, 35)} is not supported: the model is English`,
  );
};

const transcribe = async (place: Place, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  admit(place, request);
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the client went away')));
  let file: string | undefined;
  try {
    const { path, languageCode } = await receiveUpload(
      request,
      { folder: place.folder, maxBytes: MAX_AUDIO_BYTES },
      (saved) => {
        file = saved;
      },
    );
    checkLanguage(languageCode);
    const outcome = await place.queue.transcribe(path, gone.signal);
    if (outcome.kind === 'Unsupported') throw new BadRequest(415, 'unsupported_audio', outcome.message);
    answer(response, 200, { results: outcome.results });
  } finally {
    if (file) await rm(file, { force: true });
  }
};

const health = ({ queue }: Place, response: ServerResponse): void =>
  queue.isAlive()
    ? answer(response, 200, { depth: queue.depth() })
    : answer(response, 503, { error: { code: 'engine_ended' } });

const route = async (place: Place, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const path = request.url?.split('?')[0];
  if (path === '/healthz' || path === '/readyz') return health(place, response);
  if (path === '/v1/transcribe') return transcribe(place, request, response);
  throw new BadRequest(404, 'not_found', 'there is only POST /v1/transcribe');
};

const report = (response: ServerResponse, error: unknown): void => {
  // A client that went away reads no answer.
  if (response.headersSent || response.destroyed) return;
  if (error instanceof BadRequest) refuse(response, error);
  else answer(response, 500, { error: { code: 'engine_failed', message: 'the speech engine failed' } });
};

/** Starts the engine and then the server, so that who can connect is served. @throws Error where either cannot start */
export const startSpeechServer = async (options: SpeechServerOptions): Promise<SpeechServer> => {
  const { port, host, model, maxQueue, apiKey, onRequest } = options;
  const queue = await createTranscriptionQueue(model, maxQueue);
  const folder = await mkdtemp(join(tmpdir(), 'callscribe-speech-'));
  const place: Place = { queue, folder, apiKey };
  const server = createServer((request, response) => {
    const startMs = performance.now();
    route(place, request, response)
      .catch((error: unknown) => report(response, error))
      .finally(() => {
        // What was not read of a refused request would keep the connection busy.
        request.resume();
        onRequest?.({
          status: response.statusCode,
          durationMs: Math.round(performance.now() - startMs),
          depth: queue.depth(),
        });
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${bound.port}/v1/transcribe`,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
      await queue.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
