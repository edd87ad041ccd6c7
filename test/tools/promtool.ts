/**
 * promtool: that of the PATH, or that of Debian's package, which is unpacked into the cache without being installed.
 * @module
 */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheRoot } from '../cluster/binaries.ts';

const run = promisify(execFile);

const works = async (program: string): Promise<boolean> => {
  try {
    await run(program, ['--version']);
    return true;
  } catch {
    return false;
  }
};

const unpack = async (target: string): Promise<void> => {
  await mkdir(cacheRoot(process.env), { recursive: true });
  const work = await mkdtemp(`${target}-`);
  try {
    await run('apt-get', ['download', 'prometheus'], { cwd: work });
    const name = (await readdir(work)).find((file) => file.endsWith('.deb')) ?? '';
    await run('dpkg-deb', ['--extract', join(work, name), work]);
    await rename(join(work, 'usr', 'bin', 'promtool'), target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

/** Its path, or why there is none. */
export const openPromtool = async (): Promise<{ readonly path: string } | { readonly unavailable: string }> => {
  if (await works('promtool')) return { path: 'promtool' };
  const cached = join(cacheRoot(process.env), 'promtool');
  try {
    await access(cached);
    return { path: cached };
  } catch {
    // Not fetched yet.
  }
  try {
    await unpack(cached);
    return { path: cached };
  } catch (error) {
    return { unavailable: `there is no promtool, and none can be fetched: ${String(error).split('\n')[0]}` };
  }
};
