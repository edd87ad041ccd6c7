/**
 * Recording ─fetch─► Audio: the media of a recording as one measured file in the work directory.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock.ts';
import { CallscribeError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Audio, Recording } from '../types.ts';
import { download } from './download.ts';
import type { Downloaded } from './download.ts';
import { measure } from './measure.ts';
import type { Measured } from './measure.ts';
import { canJoin, joined } from '../../audio/join.ts';
import { readWav } from '../../audio/wav.ts';
import { createWorkFile, diskError, dispose, removeFile } from './work-dir.ts';
import type { WorkFile } from './work-dir.ts';

export interface FetchOptions {
  readonly dispatcher: Dispatcher;
  readonly workDir: string;
  readonly clock: Pick<Clock, 'now'>;
  /** See `Renewal`. Asked once where the addresses are expired, or where the file is of no use as it was recorded. */
  readonly relocate: (recording: Recording, signal: AbortSignal) => Promise<Recording>;
  /** See `Renewal`. Asked for a file with one channel of which nothing but its address was known. */
  readonly confirm: (recording: Recording, signal: AbortSignal) => Promise<Recording>;
  /** Whether the speech service takes audio of this type. */
  readonly accepts: (contentType: string) => boolean;
  /** Called when more became known of a recording than its address. */
  readonly onDetails: (recording: Recording, fuller: Recording) => void;
  /** Of one file. Default 512 MiB: nine hours of stereo telephone speech. */
  readonly maxBytes?: number;
  /** Default one minute. */
  readonly idleTimeoutMs?: number;
}

export type Fetch = (recording: Recording, signal: AbortSignal) => Promise<Audio>;

const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;
const DEFAULT_IDLE_TIMEOUT_MS = 60_000;

/** A file on the disk, and open until its owner closes it. */
interface Piece extends WorkFile, Downloaded {
  readonly measured: Measured;
}

/** The key of a file that has all channels. */
const COMBINED = 'S';

/**
 * The addresses of the files that make up a recording: the combined one, or else one per channel in the order of the keys
 * (`0` is the external party, `1` the internal one).
 */
export const chooseMedia = (mediaUris: ReadonlyMap<string, string>): readonly string[] => {
  const combined = mediaUris.get(COMBINED);
  if (combined !== undefined) return [combined];
  return [...mediaUris]
    .toSorted(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }))
    .map(([, uri]) => uri);
};

/** Files that are removed at the end, but for the one that is kept. */
class Bin {
  readonly #files: WorkFile[] = [];

  add(file: WorkFile): WorkFile {
    this.#files.push(file);
    return file;
  }

  async empty(keptPath: string | undefined): Promise<void> {
    for (const { path, file } of this.#files) {
      await file.close();
      if (path !== keptPath) await removeFile(path);
    }
  }
}

const fetchPiece = async (url: string, bin: Bin, options: FetchOptions, signal: AbortSignal): Promise<Piece> => {
  const { dispatcher, workDir, clock } = options;
  const { maxBytes = DEFAULT_MAX_BYTES, idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS } = options;
  const target = bin.add(await createWorkFile(workDir));
  const { file } = target;
  const downloaded = await download({ dispatcher, url, file, maxBytes, idleTimeoutMs, now: clock.now, signal });
  return { ...target, ...downloaded, measured: await measure(target.path, file) };
};

const audioOf = ({ path, bytes, sha256, measured }: Piece): Audio => ({ path, bytes, sha256, ...measured });

/** Writes what `joined` yields; the hash is that of the new file. */
const joinPieces = async (left: Piece, right: Piece, bin: Bin, workDir: string): Promise<Piece> => {
  const [leftInfo, rightInfo] = await Promise.all([readWav(left.file), readWav(right.file)]);
  if (!leftInfo || !rightInfo || !canJoin(leftInfo, rightInfo)) {
    throw new CallscribeError('CSC_MEDIA_UNSUPPORTED', 'the channels came as two files that do not fit together');
  }
  const target = bin.add(await createWorkFile(workDir));
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of joined({ file: left.file, info: leftInfo }, { file: right.file, info: rightInfo })) {
    hash.update(part);
    bytes += part.length;
    await target.file.writeFile(part).catch((error: unknown) => {
      throw diskError(error);
    });
  }
  return { ...target, bytes, sha256: hash.digest('hex'), measured: await measure(target.path, target.file) };
};

const onePiece = async (
  urls: readonly string[],
  bin: Bin,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Piece> => {
  const [firstURL, secondURL, ...others] = urls;
  if (firstURL === undefined) throw new CallscribeError('CSC_MEDIA_NOT_FOUND', 'the recording has no media');
  const first = await fetchPiece(firstURL, bin, options, signal);
  if (secondURL === undefined || first.measured.channels > 1) return first;
  if (others.length > 0) {
    throw new CallscribeError('CSC_MEDIA_UNSUPPORTED', `the recording came as ${urls.length} mono files`);
  }
  return joinPieces(first, await fetchPiece(secondURL, bin, options, signal), bin, options.workDir);
};

const fetchOnce = async (recording: Recording, options: FetchOptions, signal: AbortSignal): Promise<Audio> => {
  const bin = new Bin();
  let keptPath: string | undefined;
  try {
    const audio = audioOf(await onePiece(chooseMedia(recording.mediaUris), bin, options, signal));
    keptPath = audio.path;
    return audio;
  } finally {
    await bin.empty(keptPath);
  }
};

const hasCode = (error: unknown, ...codes: readonly ErrorCode[]): boolean =>
  error instanceof CallscribeError && codes.includes(error.code);

/** Addresses that expire while the request is on its way are of no use. */
const MARGIN_MS = 1000;

const isStale = ({ mediaUris, urisExpireAtMs = Number.POSITIVE_INFINITY }: Recording, nowMs: number): boolean =>
  mediaUris.size === 0 || urisExpireAtMs <= nowMs + MARGIN_MS;

/** What another address can mend: one that expired, or a file that nobody can read as it was recorded. */
const isMendable = (error: unknown, { isBrief = false }: Recording): boolean =>
  hasCode(error, 'CSC_MEDIA_DENIED', 'CSC_MEDIA_NOT_FOUND') || (isBrief && hasCode(error, 'CSC_MEDIA_UNSUPPORTED'));

/**
 * From fresh addresses, of files that were transcoded. A recording that was ready once and is not in time now uses an attempt like
 * any other failure.
 */
const fetchRelocated = async (recording: Recording, options: FetchOptions, signal: AbortSignal): Promise<Audio> => {
  let fuller: Recording;
  try {
    fuller = await options.relocate(recording, signal);
  } catch (error) {
    if (!hasCode(error, 'CSC_RECORDING_NOT_READY')) throw error;
    throw new CallscribeError('CSC_MEDIA_DENIED', 'the signed address expired, and there was no fresh one in time', {
      cause: error,
    });
  }
  options.onDetails(recording, fuller);
  return fetchOnce(fuller, options, signal);
};

/**
 * A look at a file of which nothing was known. With one channel the time line decides who speaks, or there is a second file with
 * the other side.
 */
const refined = async (
  recording: Recording,
  audio: Audio,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Audio> => {
  if (!options.accepts(audio.contentType)) {
    await dispose(audio);
    return fetchRelocated(recording, options, signal);
  }
  if (audio.channels > 1) return audio;
  try {
    const fuller = await options.confirm(recording, signal);
    options.onDetails(recording, fuller);
    if (fuller.mediaUris.size <= 1) return audio;
    const both = await fetchOnce(fuller, options, signal);
    await dispose(audio);
    return both;
  } catch (error) {
    await dispose(audio);
    throw error;
  }
};

/**
 * Fetches a recording. The caller owns the file and removes it with `dispose`; in case of an error there is none.
 *
 * The promise rejects with `CSC_MEDIA_*`, `CSC_EGRESS_DENIED`, what `relocate` and `confirm` reject with, or the reason of the signal.
 */
export const createFetch =
  (options: FetchOptions): Fetch =>
  async (recording, signal) => {
    if (isStale(recording, options.clock.now())) return fetchRelocated(recording, options, signal);
    let audio: Audio;
    try {
      audio = await fetchOnce(recording, options, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isMendable(error, recording)) throw error;
      return fetchRelocated(recording, options, signal);
    }
    return recording.isBrief ? refined(recording, audio, options, signal) : audio;
  };
