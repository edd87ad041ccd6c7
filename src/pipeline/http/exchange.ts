/**
 * One request and its whole answer as text. Knows nothing of any service: what a status means, and whether a failure of the
 * network is worth another attempt, is decided by who calls.
 * @module
 */
import { request } from 'undici';
import type { Dispatcher } from 'undici';
import { parseHTTPURL } from './dispatcher.ts';

export type HTTPMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

export interface ExchangeRequest {
  readonly dispatcher: Dispatcher;
  readonly method: HTTPMethod;
  readonly url: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the start to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Longest answer that is read, default 64 MiB. */
  readonly maxBytes?: number;
}

export interface ExchangeAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/** The whole exchange took longer than `timeoutMs`. */
export class ExchangeTimeout extends Error {
  override readonly name = 'ExchangeTimeout';
}

const readText = async (body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/**
 * Sends a request and reads the answer, whatever its status. Redirects are answers like any other.
 *
 * @throws the reason of `signal` once that is aborted, `ExchangeTimeout`, `CSC_EGRESS_DENIED`, or the error of the network
 */
export const exchange = async (options: ExchangeRequest): Promise<ExchangeAnswer> => {
  const { dispatcher, method, url, headers = {}, body, timeoutMs, signal, maxBytes = DEFAULT_MAX_BYTES } = options;
  signal?.throwIfAborted();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const either = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
  try {
    const answer = await request(parseHTTPURL(url), {
      dispatcher,
      method,
      headers,
      body: body ?? null,
      signal: either,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    return { status: answer.statusCode, headers: answer.headers, text: await readText(answer.body, maxBytes) };
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.signal.aborted) throw new ExchangeTimeout(`no complete answer within ${timeoutMs} ms`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
};
