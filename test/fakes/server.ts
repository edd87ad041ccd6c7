/**
 * A server on loopback whose handler is a function from a request to an answer, and which lets faults happen around it.
 * @module
 */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Faults } from './faults.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface FakeRequest {
  readonly method: string;
  /** Without the query, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly atMs: number;
  /** The whole body; rejects where the client broke off. */
  readonly body: () => Promise<Buffer>;
  /** Resolves when the answer was sent or the connection is gone. */
  readonly closed: Promise<void>;
  /** What a fault demands as the answer; the handler has to give it back, and must do nothing that was asked for. */
  readonly forced?: Answer;
  /** What a fault wants to be wrong; see the fake. */
  readonly quirk?: string;
}

export interface CallRecord {
  readonly method: string;
  readonly path: string;
  /** 0 where no answer was sent. */
  readonly status: number;
  /** When the request arrived. */
  readonly atMs: number;
}

export type Handler = (request: FakeRequest) => Promise<Answer> | Answer;

export interface ServerOptions {
  /** 0 for any that is free. */
  readonly port?: number | undefined;
  /** Default loopback. */
  readonly host?: string | undefined;
  readonly faults?: Faults;
  readonly answer: Handler;
  /** What a fault without a body answers with. */
  readonly errorBody?: (status: number) => unknown;
  readonly onCall?: (call: CallRecord) => void;
  /** Default: that of the machine. Delays of faults are real in any case. */
  readonly now?: (() => number) | undefined;
}

export interface FakeServer {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A status that no client takes for anything but a defect of the fake. */
const DEFECT = 599;

const sleepUntil = async (ms: number, signal: AbortSignal): Promise<void> => {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // The connection is gone; that is looked at afterwards.
  }
};

const forcedAnswer = (fault: Fault | undefined, errorBody: ServerOptions['errorBody']): Answer | undefined => {
  if (fault?.status === undefined) return undefined;
  const { status, headers = {}, body = errorBody?.(status) ?? '' } = fault;
  if (typeof body === 'string') return { status, headers, body };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
};

/** In pieces, with a pause before each; ends early where nobody listens any more. */
const drip = async (body: Buffer, { pieces, everyMs }: NonNullable<Fault['drip']>, response: ServerResponse) => {
  const size = Math.max(1, Math.ceil(body.length / pieces));
  for (let from = 0; from < body.length && !response.destroyed; from += size) {
    await delay(everyMs);
    response.write(body.subarray(from, from + size));
  }
  response.end();
};

/** What the handler is told of a fault. */
const orderedBy = (
  fault: Fault | undefined,
  errorBody: ServerOptions['errorBody'],
): Pick<FakeRequest, 'forced' | 'quirk'> => {
  const forced = forcedAnswer(fault, errorBody);
  return { ...(forced && { forced }), ...(fault?.quirk !== undefined && { quirk: fault.quirk }) };
};

/** Sends as much of the body as the fault lets through. */
const sendBody = (body: Buffer, fault: Fault | undefined, response: ServerResponse): void => {
  if (fault?.drop === 'truncate') {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.resetAndDestroy());
  } else if (fault?.drip) void drip(body, fault.drip, response);
  else response.end(body);
};

/** Sends an answer, or as much of it as the fault lets through; the status that was sent, 0 for none. */
const send = (answer: Answer, fault: Fault | undefined, response: ServerResponse): number => {
  if (response.destroyed) return 0;
  if (fault?.drop === 'reset') response.socket?.resetAndDestroy();
  if (fault?.drop === 'reset' || fault?.drop === 'hang') return 0;
  const body = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) });
  sendBody(body, fault, response);
  return answer.status;
};

const isReceived = ({ drop, received }: Fault): boolean => received ?? drop !== 'reset';

/** A handler that throws is a defect of the fake, never an answer. */
const answerOf = async (handler: Handler, request: FakeRequest): Promise<Answer> => {
  try {
    return await handler(request);
  } catch (error) {
    const body = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { status: DEFECT, headers: { 'content-type': 'text/plain' }, body };
  }
};

interface Arrival {
  readonly request: FakeRequest;
  /** Aborted when the connection is gone. */
  readonly gone: AbortSignal;
}

const arrivalOf = (incoming: IncomingMessage, response: ServerResponse, atMs: number): Arrival => {
  const { method = '', headers } = incoming;
  const { pathname: path, searchParams: query } = new URL(incoming.url ?? '/', 'http://localhost');
  const gone = new AbortController();
  const closed = new Promise<void>((resolve) => {
    response.once('close', () => {
      gone.abort();
      resolve();
    });
  });
  const body = (): Promise<Buffer> => buffer(incoming);
  return { request: { method, path, query, headers, atMs, closed, body }, gone: gone.signal };
};

const serve = async (options: ServerOptions, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { request, gone } = arrivalOf(incoming, response, (options.now ?? Date.now)());
  const { method, path, atMs } = request;
  const fault = options.faults?.take(method, path);
  if (fault?.delayMs !== undefined) await sleepUntil(fault.delayMs, gone);
  let answer: Answer = { status: DEFECT };
  if (!fault || isReceived(fault)) {
    answer = await answerOf(options.answer, { ...request, ...orderedBy(fault, options.errorBody) });
    // What the handler did not care for has to be taken all the same, or the client never gets to the answer.
    incoming.resume();
  }
  const status = send(answer, fault, response);
  options.onCall?.({ method, path, status, atMs });
};

export const startServer = async (options: ServerOptions): Promise<FakeServer> => {
  const server = createServer((incoming, response) => {
    void serve(options, incoming, response);
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`,
    port,
    stop: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
};
