/**
 * Files of the work directory: names that nobody can guess, readable by nobody else, and none left behind.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { CallscribeError } from '../../errors.ts';
import { isRunning } from '../../process-number.ts';
import type { Audio } from '../types.ts';

/** All of our files are named so, with the number of their process, so that a sweep finds what it may remove and nothing else. */
const NAME = /^callscribe-audio-(\d+)-/;

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
  const path = join(workDir, `callscribe-audio-${process.pid}-${randomUUID()}`);
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

const ownerOf = (name: string): number | undefined => {
  const pid = NAME.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
};

/**
 * Removes what processes that ended suddenly left behind. To be called at the start, before anything is fetched: what bears our
 * own number is from an earlier process, as in a container where it is always 1. Files of running processes stay.
 *
 * @returns how many files were removed; 0 where there is no such directory
 */
export const sweepWorkDir = async (workDir: string): Promise<number> => {
  const names = await readdir(workDir).catch(() => []);
  let removed = 0;
  for (const name of names) {
    const owner = ownerOf(name);
    if (owner === undefined || (owner !== process.pid && isRunning(owner))) continue;
    await removeFile(join(workDir, name));
    removed += 1;
  }
  return removed;
};
