/**
 * Where uploads lie while they wait: in files without a name. The disk space is given back when the file is closed or the process
 * ends, even by SIGKILL, so a recording never stays behind.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty file, open for reading and writing. @throws Error where the folder cannot be written to */
export const openSpoolFile = async (folder = tmpdir()): Promise<FileHandle> => {
  const path = join(folder, `callscribe-upload-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
};
