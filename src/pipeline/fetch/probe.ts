/**
 * The length and the channels of a recording from the first bytes of its file: for a dry run, which has no use for the rest.
 * @module
 */
import type { FileHandle } from 'node:fs/promises';
import { type Dispatcher, request } from 'undici';
import { readWav } from '../../audio/wav.ts';
import { CallscribeError } from '../../errors.ts';
import { parseHTTPURL } from '../http/dispatcher.ts';
import type { Length } from '../money/pricing.ts';
import type { Recording } from '../types.ts';
import { chooseMedia, type FetchOptions } from './fetch.ts';
import { createWorkFile, removeFile } from './work-dir.ts';

/** The header of a WAV file, with room for the chunks that some systems put in front of the samples. */
const HEAD_BYTES = 16_384;

export type ProbeOptions = Pick<FetchOptions, 'dispatcher' | 'workDir' | 'idleTimeoutMs' | 'relocate'>;

/** Undefined where the file does not say, or cannot be had: a dry run then goes by what was announced. */
export type Probe = (recording: Recording, signal: AbortSignal) => Promise<Length | undefined>;

/** The length of the whole file, where the host says it: one that knows ranges does so in another place. */
const wholeSizeOf = ({ statusCode, headers }: Dispatcher.ResponseData): number | undefined => {
  const range = headers['content-range'];
  const text = statusCode === 206 ? /\/(\d+)$/.exec(String(range))?.[1] : headers['content-length'];
  const size = Number(text);
  return (statusCode === 200 || statusCode === 206) && Number.isSafeInteger(size) ? size : undefined;
};

/** Writes the first bytes behind `url` to `file`. Gives the length of the whole, where the host says it. */
const readHead = async (
  url: string,
  file: FileHandle,
  { dispatcher, idleTimeoutMs = 30_000 }: ProbeOptions,
  signal: AbortSignal,
): Promise<number | undefined> => {
  const timeouts = { headersTimeout: idleTimeoutMs, bodyTimeout: idleTimeoutMs };
  const headers = { range: `bytes=0-${HEAD_BYTES - 1}` };
  const answer = await request(parseHTTPURL(url), { dispatcher, headers, signal, ...timeouts });
  let bytes = 0;
  // A host that knows no ranges sends everything: leaving the loop ends the transfer.
  for await (const piece of answer.body as AsyncIterable<Buffer>) {
    await file.write(piece);
    bytes += piece.length;
    if (bytes >= HEAD_BYTES) break;
  }
  return wholeSizeOf(answer);
};

/** Undefined where the files of the recording do not tell. */
const lengthOf = async (
  { mediaUris }: Recording,
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<Length | undefined> => {
  const [url, ...others] = chooseMedia(mediaUris);
  if (url === undefined) return undefined;
  const { path, file } = await createWorkFile(options.workDir);
  try {
    const size = await readHead(url, file, options, signal);
    const info = size === undefined ? undefined : await readWav(file, size);
    return info && { durationMs: info.durationMs, channels: info.channels + others.length };
  } finally {
    await file.close();
    await removeFile(path);
  }
};

/** What does not matter to a dry run: the recording is priced by what was announced. */
const isHarmless = (error: unknown, signal: AbortSignal): boolean =>
  !signal.aborted && !(error instanceof CallscribeError && error.code === 'CSC_EGRESS_DENIED');

/** @returns the probe; it rejects with the reason of its signal and with `CSC_EGRESS_DENIED` only */
export const createProbe =
  (options: ProbeOptions): Probe =>
  async (recording, signal) => {
    const attempt = async (read: () => Promise<Length | undefined>): Promise<Length | undefined> => {
      try {
        return await read();
      } catch (error) {
        if (isHarmless(error, signal)) return undefined;
        signal.throwIfAborted();
        throw error;
      }
    };
    // The file as it was recorded may be of a kind that is not read here; transcoded, it is WAV.
    return (
      (await attempt(() => lengthOf(recording, options, signal))) ??
      attempt(async () => lengthOf(await options.relocate(recording, signal), options, signal))
    );
  };
