/**
 * A strict stand-in for a service behind the generic speech contract. It keeps the books that a provider keeps: what it
 * received, and what it would put on the bill.
 * @module
 */
import { createHash } from 'node:crypto';
import { createFaults } from '../fakes/faults.ts';
import type { Fault, Faults } from '../fakes/faults.ts';
import { startServer } from '../fakes/server.ts';
import type { Answer, FakeRequest } from '../fakes/server.ts';
import { durationMsOf, hear } from './hear.ts';
import type { SpeechResult } from './hear.ts';
import { checkHeaders, readUpload, Refused } from './upload.ts';
import type { SpeechConfig, Upload } from './upload.ts';

/** A request that was received to its end, and accepted as one of the contract. */
export interface SpeechRequest {
  /** Of the audio alone, in hexadecimal. */
  readonly sha256: string;
  readonly audioBytes: number;
  readonly durationMs: number;
  readonly contentType: string;
  readonly config: SpeechConfig;
  /** When its headers arrived. */
  readonly atMs: number;
  /** When its last byte had arrived. */
  readonly receivedAtMs: number;
  /** What it was, or would have been, answered with. */
  readonly status: number;
  readonly isBilled: boolean;
}

export interface SpeechOptions {
  /** The `Bearer` key; any is accepted without it. */
  readonly apiKey?: string;
  /** Default `/v1/transcribe`. */
  readonly path?: string;
  /** What is heard. Default: the true words of a fixture, invented ones otherwise. */
  readonly answer?: (upload: Upload) => readonly SpeechResult[] | Promise<readonly SpeechResult[]>;
  /** How long it takes to answer. Default 0. */
  readonly latencyMs?: number;
  /** More at the same time than this are refused with 429. */
  readonly maxInFlight?: number;
  readonly faults?: readonly Fault[];
  readonly port?: number;
  /** Default loopback. */
  readonly host?: string;
}

export interface SpeechMeter {
  /** Accepted requests that were not answered with an error: a lost answer costs the same. */
  readonly billedRequests: number;
  /** Length of their audio. */
  readonly billedMs: number;
  readonly inFlight: number;
  /** The most requests that were under way at the same time. */
  readonly highWaterMark: number;
}

export interface SpeechFake {
  /** The whole address, path included. */
  readonly url: string;
  readonly faults: Faults;
  /** In the order in which they were received. */
  readonly requests: readonly SpeechRequest[];
  /** Requests that break the contract. Empty at the end of every test. */
  readonly violations: readonly string[];
  readonly meter: () => SpeechMeter;
  stop(): Promise<void>;
}

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const errorBody = (status: number): object => ({ error: { code: status, message: 'a simulated fault' } });

const isSuccess = (status: number): boolean => status < 400;

interface Books {
  readonly requests: SpeechRequest[];
  readonly violations: string[];
  inFlight: number;
  highWaterMark: number;
}

const record = (upload: Upload, { atMs }: FakeRequest, status: number): SpeechRequest => ({
  sha256: createHash('sha256').update(upload.audio).digest('hex'),
  audioBytes: upload.audio.length,
  durationMs: durationMsOf(upload.audio),
  contentType: upload.contentType,
  config: upload.config,
  atMs,
  receivedAtMs: Date.now(),
  status,
  isBilled: isSuccess(status),
});

/** Counts a request as under way until its connection is done with it. */
const countInFlight = (books: Books, request: FakeRequest): void => {
  books.inFlight += 1;
  books.highWaterMark = Math.max(books.highWaterMark, books.inFlight);
  void request.closed.then(() => {
    books.inFlight -= 1;
  });
};

/** Resolves after the time, or when nobody waits any longer. */
const sleep = async (ms: number, closed: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([elapsed, closed]);
  clearTimeout(timer);
};

/** The whole body, or undefined where the client broke off: nobody bills what did not arrive. */
const receive = async (request: FakeRequest): Promise<Buffer | undefined> => {
  try {
    return await request.body();
  } catch {
    return undefined;
  }
};

const GONE: Answer = { status: 400 };

/** The answer that a fault or too many requests make of it; undefined where it is heard. */
const refusalOf = ({ maxInFlight }: SpeechOptions, { inFlight }: Books, forced?: Answer): Answer | undefined => {
  if (forced || maxInFlight === undefined || inFlight <= maxInFlight) return forced;
  return json(429, errorBody(429), { 'retry-after': '1' });
};

const resultsOf = ({ answer }: SpeechOptions, upload: Upload) =>
  answer ? answer(upload) : hear(upload.audio, upload.config);

const transcribe = async (options: SpeechOptions, books: Books, request: FakeRequest): Promise<Answer> => {
  checkHeaders(request.headers, options.apiKey);
  const body = await receive(request);
  if (!body) return GONE;
  const upload = await readUpload(request.headers, body);
  const refusal = refusalOf(options, books, request.forced);
  // The books are written before the answer: who sees the answer, or that there is none, finds them complete.
  books.requests.push(record(upload, request, refusal?.status ?? 200));
  if (refusal) return refusal;
  if (options.latencyMs !== undefined) await sleep(options.latencyMs, request.closed);
  return json(200, { results: await resultsOf(options, upload) });
};

const handlerOf = (options: SpeechOptions, books: Books) => {
  const { path = '/v1/transcribe' } = options;
  const refuse = (status: number, message: string, isViolation: boolean): Answer => {
    if (isViolation) books.violations.push(message);
    return json(status, { error: { code: status, message } });
  };
  return async (request: FakeRequest): Promise<Answer> => {
    if (request.path !== path) return refuse(404, `there is no ${request.path}`, true);
    if (request.method !== 'POST') return refuse(405, `${request.method} is not allowed`, true);
    countInFlight(books, request);
    try {
      return await transcribe(options, books, request);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // A wrong key is a matter of configuration, not a defect of the client.
      return refuse(error.status, error.message, error.status !== 401);
    }
  };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

export const startSpeechFake = async (options: SpeechOptions = {}): Promise<SpeechFake> => {
  const { path = '/v1/transcribe', port, host } = options;
  const faults = createFaults(options.faults);
  const books: Books = { requests: [], violations: [], inFlight: 0, highWaterMark: 0 };
  const server = await startServer({ port, host, faults, errorBody, answer: handlerOf(options, books) });
  return {
    url: `${server.url}${path}`,
    faults,
    requests: books.requests,
    violations: books.violations,
    meter: () => {
      const billed = books.requests.filter(({ isBilled }) => isBilled);
      return {
        billedRequests: billed.length,
        billedMs: sum(billed.map(({ durationMs }) => durationMs)),
        inFlight: books.inFlight,
        highWaterMark: books.highWaterMark,
      };
    },
    stop: () => server.stop(),
  };
};
