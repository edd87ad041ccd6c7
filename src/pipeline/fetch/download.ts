/**
 * One media file from a signed address to the disk, in chunks. The address is the credential: no token is sent along, and
 * neither its path nor its query comes into a message.
 * @module
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { request } from 'undici';
import type { Dispatcher } from 'undici';
import { CallscribeError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { parseHTTPURL } from '../http/dispatcher.ts';
import { redactToOrigin } from '../http/redact.ts';
import { retryAfterMs } from '../retry/backoff.ts';
import { diskError } from './work-dir.ts';

export interface DownloadOptions {
  readonly dispatcher: Dispatcher;
  readonly url: string;
  /** Open for writing, empty. */
  readonly file: FileHandle;
  readonly maxBytes: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** For the headers, and between two pieces of the body. */
  readonly idleTimeoutMs: number;
}

export interface Downloaded {
  readonly bytes: number;
  readonly sha256: string;
}

type Answer = Dispatcher.ResponseData;

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** An expired address is a 403 at most object stores, and a 400, 401 or 410 at others. */
const DENIED: ReadonlySet<number> = new Set([400, 401, 403, 410]);

const codeOfStatus = (status: number): ErrorCode => {
  if (DENIED.has(status)) return 'CSC_MEDIA_DENIED';
  return status === 404 ? 'CSC_MEDIA_NOT_FOUND' : 'CSC_MEDIA_UNAVAILABLE';
};

const networkCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

const unavailable = (origin: string, why: string): CallscribeError =>
  new CallscribeError('CSC_MEDIA_UNAVAILABLE', `${origin} gave no media: ${why}`);

const textHeader = (answer: Answer, name: string): string | undefined => {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : value?.[0];
};

const ask = async (url: URL, { dispatcher, signal, idleTimeoutMs }: DownloadOptions): Promise<Answer> => {
  try {
    const headers = { accept: '*/*' };
    const timeouts = { headersTimeout: idleTimeoutMs, bodyTimeout: idleTimeoutMs };
    return await request(url, { dispatcher, method: 'GET', headers, signal, ...timeouts });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CallscribeError) throw error;
    throw unavailable(url.origin, networkCode(error));
  }
};

/** Reads what is left of an answer that nobody wants, so that its connection can be used again. */
const discard = async (answer: Answer): Promise<void> => {
  await answer.body.dump().catch(() => {});
};

/** Where a redirect leads. The dispatcher checks that host as it did the first one. */
const targetOf = (answer: Answer, from: URL): URL => {
  const target = URL.parse(textHeader(answer, 'location') ?? 'nowhere:', from.href);
  if (!target || target.protocol === 'nowhere:') throw unavailable(from.origin, 'a redirect to nowhere');
  if (from.protocol === 'https:' && target.protocol !== 'https:') {
    throw new CallscribeError(
      'CSC_EGRESS_DENIED',
      `${redactToOrigin(from)} redirects to an address without encryption`,
    );
  }
  return parseHTTPURL(target);
};

/** The first answer that is no redirect. */
const open = async (options: DownloadOptions): Promise<{ readonly answer: Answer; readonly origin: string }> => {
  let url = parseHTTPURL(options.url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const answer = await ask(url, options);
    if (!REDIRECTS.has(answer.statusCode)) return { answer, origin: url.origin };
    await discard(answer);
    url = targetOf(answer, url);
  }
  throw unavailable(url.origin, 'too many redirects');
};

const tooLarge = (maxBytes: number): CallscribeError =>
  new CallscribeError('CSC_MEDIA_TOO_LARGE', `the file is larger than ${maxBytes} bytes`);

/** The pieces of a body; an error of the network becomes one of ours. */
const piecesOf = async function* (answer: Answer, origin: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* answer.body as AsyncIterable<Buffer>;
  } catch (error) {
    signal.throwIfAborted();
    if (networkCode(error) === 'UND_ERR_BODY_TIMEOUT') throw unavailable(origin, 'it stopped sending');
    throw new CallscribeError('CSC_MEDIA_TRUNCATED', `the connection to ${origin} ended before the file did`);
  }
};

const announcedBytes = (answer: Answer): number | undefined => {
  const text = textHeader(answer, 'content-length');
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
};

const save = async (answer: Answer, origin: string, options: DownloadOptions): Promise<Downloaded> => {
  const { file, maxBytes, signal } = options;
  const announced = announcedBytes(answer);
  if (announced !== undefined && announced > maxBytes) {
    await discard(answer);
    throw tooLarge(maxBytes);
  }
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of piecesOf(answer, origin, signal)) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    hash.update(piece);
    await file.writeFile(piece).catch((error: unknown) => {
      throw diskError(error);
    });
  }
  if (announced !== undefined && bytes !== announced) {
    throw new CallscribeError('CSC_MEDIA_TRUNCATED', `${bytes} of ${announced} bytes arrived from ${origin}`);
  }
  return { bytes, sha256: hash.digest('hex') };
};

/**
 * Writes the file behind `url` to `file`.
 *
 * @throws CallscribeError `CSC_MEDIA_DENIED`, `CSC_MEDIA_NOT_FOUND`, `CSC_MEDIA_UNAVAILABLE`, `CSC_MEDIA_TRUNCATED`,
 * `CSC_MEDIA_TOO_LARGE`, `CSC_MEDIA_EMPTY` or `CSC_EGRESS_DENIED`; or the reason of the signal
 */
export const download = async (options: DownloadOptions): Promise<Downloaded> => {
  options.signal.throwIfAborted();
  const { answer, origin } = await open(options);
  if (answer.statusCode !== 200) {
    const askedMs = retryAfterMs(textHeader(answer, 'retry-after'), options.now());
    await discard(answer);
    const status = answer.statusCode;
    throw new CallscribeError(codeOfStatus(status), `${origin} answered ${status} for a media file`, {
      status,
      ...(askedMs === undefined ? {} : { retryAfterMs: askedMs }),
    });
  }
  const downloaded = await save(answer, origin, options);
  if (downloaded.bytes === 0) throw new CallscribeError('CSC_MEDIA_EMPTY', `${origin} sent an empty file`);
  return downloaded;
};
