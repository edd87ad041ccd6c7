/**
 * Sends audio to a speech service and reads the answer. What matters here is to know, for every way this can fail, whether any
 * byte of the request had left: that decides whether the attempt may have cost money.
 * @module
 */
import { Readable } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import { parseHTTPURL } from '../http/dispatcher.ts';
import type { ExchangeAnswer } from '../http/exchange.ts';
import type { MultipartBody } from './multipart.ts';

export interface UploadRequest {
  readonly dispatcher: Dispatcher;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: MultipartBody;
  /** From the start to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Longest answer that is read. */
  readonly maxBytes: number;
}

/** Why there is no answer, and whether the request had begun to leave. */
export class UploadFailure extends Error {
  override readonly name = 'UploadFailure';
  readonly kind: 'timeout' | 'network' | 'too-long';
  readonly sent: boolean;

  constructor(kind: UploadFailure['kind'], sent: boolean, cause: unknown) {
    super(`upload failed: ${kind}`, { cause });
    this.kind = kind;
    this.sent = sent;
  }
}

class AnswerTooLong extends Error {}

const readText = async (body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new AnswerTooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** The text of an answer. Of one that is no success the status says enough, so its text may be missing. */
const textOf = async (answer: Dispatcher.ResponseData, maxBytes: number): Promise<string> => {
  const isSuccess = answer.statusCode >= 200 && answer.statusCode < 300;
  const text = readText(answer.body, maxBytes);
  return isSuccess ? text : text.catch(() => '');
};

interface Progress {
  sent: boolean;
}

async function* observed(body: MultipartBody, progress: Progress): AsyncGenerator<Buffer, void> {
  for await (const chunk of body.chunks()) {
    // undici asks for the first chunk when the connection stands and the headers go out with it.
    progress.sent = true;
    yield chunk;
  }
}

const post = async (upload: UploadRequest, signal: AbortSignal, progress: Progress): Promise<ExchangeAnswer> => {
  const { dispatcher, url, headers, body, maxBytes } = upload;
  const answer = await request(parseHTTPURL(url), {
    dispatcher,
    method: 'POST',
    headers: { ...headers, 'content-type': body.contentType, 'content-length': String(body.bytes) },
    body: Readable.from(observed(body, progress), { objectMode: false }),
    signal,
    // The one timer of `upload` covers all of it; a service may think for minutes before the first byte.
    headersTimeout: 0,
    bodyTimeout: 0,
    // On a connection that idled, the service may just be hanging up: that could not be told from work it did.
    reset: true,
  });
  return { status: answer.statusCode, headers: answer.headers, text: await textOf(answer, maxBytes) };
};

const failureOf = (error: unknown, timedOut: boolean, sent: boolean): UploadFailure => {
  if (error instanceof AnswerTooLong) return new UploadFailure('too-long', sent, error);
  return new UploadFailure(timedOut ? 'timeout' : 'network', sent, error);
};

/**
 * The answer, whatever its status. Redirects are answers like any other: nothing is sent a second time.
 * @throws the reason of `signal`, or `UploadFailure`
 */
export const upload = async (options: UploadRequest): Promise<ExchangeAnswer> => {
  const { timeoutMs, signal } = options;
  signal.throwIfAborted();
  const progress: Progress = { sent: false };
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  try {
    return await post(options, AbortSignal.any([signal, timeout.signal]), progress);
  } catch (error) {
    signal.throwIfAborted();
    throw failureOf(error, timeout.signal.aborted, progress.sent);
  } finally {
    clearTimeout(timer);
  }
};
