/**
 * Files of the work directory: names that nobody can guess, readable by nobody else, and none left behind.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { CallscribeError } from '../../errors.ts';
import type { Audio } from '../types.ts';

/** All of our files begin with it, so that a sweep finds them and nothing else. */
const PREFIX = 'callscribe-audio-';

/** A fault of the disk, not of the recording. */
export const diskError = (error: unknown): CallscribeError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new CallscribeError('CSC_INTERNAL', `the work directory cannot be used: ${code}`);
};

export interface WorkFile {
  readonly path: string;
  readonly file: FileHandle;
}

/** A new, empty file (mode 0600) open for reading and writing; the directory is made where it is missing (0700). */
export const createWorkFile = async (workDir: string): Promise<WorkFile> => {
  const path = join(workDir, `${PREFIX}${randomUUID()}`);
  try {
    await mkdir(workDir, { recursive: true, mode: 0o700 });
    return { path, file: await open(path, 'wx+', 0o600) };
  } catch (error) {
    throw diskError(error);
  }
};

export const removeFile = (path: string): Promise<void> => rm(path, { force: true });

/** Removes the file of a recording. Not an error where it is gone already. */
export const dispose = (audio: Pick<Audio, 'path'>): Promise<void> => removeFile(audio.path);

export interface SweepOptions {
  /** Only files that were last written so long ago; 0, the default, for all of them. */
  readonly olderThanMs?: number;
  /** Default `Date.now()`. */
  readonly nowMs?: number;
}

const isStale = async (path: string, beforeMs: number): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.isFile() && found.mtimeMs <= beforeMs;
};

/**
 * Removes what a process that ended suddenly left behind. To be called at the start, before anything is fetched; with
 * `olderThanMs` where other processes may use the same directory.
 *
 * @returns how many files were removed; 0 where there is no such directory
 */
export const sweepWorkDir = async (workDir: string, options: SweepOptions = {}): Promise<number> => {
  const { olderThanMs, nowMs = Date.now() } = options;
  const beforeMs = olderThanMs === undefined ? Number.POSITIVE_INFINITY : nowMs - olderThanMs;
  const names = await readdir(workDir).catch(() => []);
  let removed = 0;
  for (const name of names.filter((one) => one.startsWith(PREFIX))) {
    const path = join(workDir, name);
    if (!(await isStale(path, beforeMs))) continue;
    await removeFile(path);
    removed += 1;
  }
  return removed;
};
