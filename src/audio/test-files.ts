/**
 * Bytes as an open file, for the tests of this folder.
 * @module
 */
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Calls `use` with a file that holds `bytes`, and removes it. */
export const withFile = async <T>(bytes: Buffer, use: (file: FileHandle, path: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'callscribe-audio-test-'));
  const path = join(folder, 'file.wav');
  await writeFile(path, bytes);
  const file = await open(path, 'r');
  try {
    return await use(file, path);
  } finally {
    await file.close();
    await rm(folder, { recursive: true });
  }
};
