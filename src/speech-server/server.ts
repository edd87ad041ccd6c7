/**
 * The embedded speech engine as an HTTP server.
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdmission } from './admission.ts';
import { createTranscriptionQueue, type StartWorker } from './queue.ts';
import { createHandle, type RequestOutcome } from './routes.ts';
import { openSpoolFile } from './spool.ts';

export interface SpeechServerOptions {
  /** 0 for a free one. */
  readonly port: number;
  /** All addresses of the machine where undefined. */
  readonly host?: string;
  readonly startEngine: StartWorker;
  /** Requests that may wait beside the one that is worked on; the next ones are answered with 429. */
  readonly maxQueue: number;
  /** Asked for as a Bearer token where given. */
  readonly apiKey?: string;
  /** Default 500 MB: seventeen hours of telephone audio on one channel, or an hour of two at 48 kHz in 24 bits. */
  readonly maxAudioBytes?: number;
  readonly onRequest?: (outcome: RequestOutcome) => void;
  /** What went wrong inside. Holds nothing of the audio or of the transcript. */
  readonly onTrouble?: (message: string) => void;
}

export interface SpeechServer {
  /** Of the generic contract. */
  readonly url: string;
  /** Rejects when the engine crashed and cannot be started again. Never resolves. */
  readonly broken: Promise<never>;
  /** Takes no new requests, and ends when those inside are answered: with their transcript, or after `graceMs` with 503. */
  close(graceMs: number): Promise<void>;
}

const MAX_AUDIO_BYTES = 500_000_000;
/** Longer than clients keep a connection: one that we close while a request is on its way costs the client an attempt. */
const KEEP_ALIVE_MS = 75_000;
/** For the last answers to leave. */
const LAST_ANSWERS_MS = 1000;

const listen = (server: Server, port: number, host: string | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

const urlOf = (server: Server, host = '127.0.0.1'): string => {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1/transcribe`;
};

/**
 * Starts the engine and then the server, so that who can connect is served.
 * @throws CallscribeError `CSC_ENGINE_UNAVAILABLE`, or Error where the port is taken or the temporary folder cannot be written to
 */
export const startSpeechServer = async (options: SpeechServerOptions): Promise<SpeechServer> => {
  const { port, host, startEngine, maxQueue, apiKey, maxAudioBytes = MAX_AUDIO_BYTES } = options;
  const { onRequest = () => {}, onTrouble = () => {} } = options;
  // Better now than at the first request.
  await (await openSpoolFile()).close();
  const queue = await createTranscriptionQueue({ startWorker: startEngine, onTrouble });
  const admission = createAdmission({ places: maxQueue + 1, apiKey, usualMs: () => queue.usualMs });
  const handle = createHandle({ queue, admission, maxAudioBytes, onTrouble });
  const unanswered = new Set<Promise<void>>();
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const answered = handle(request, response).then(
      (outcome) => outcome && onRequest(outcome),
      (error: unknown) => onTrouble(String(error)),
    );
    unanswered.add(answered);
    void answered.then(() => unanswered.delete(answered));
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, serve);
  // Who asks before sending is refused before sending.
  server.on('checkContinue', serve);
  try {
    await listen(server, port, host);
  } catch (error) {
    await queue.close();
    throw error;
  }
  return {
    url: urlOf(server, host),
    broken: queue.broken,
    close: async (graceMs) => {
      admission.close();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      const allAnswered = Promise.all(unanswered);
      await Promise.race([allAnswered, sleep(graceMs, undefined, { ref: false })]);
      await queue.close();
      await Promise.race([allAnswered, sleep(LAST_ANSWERS_MS, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
    },
  };
};
