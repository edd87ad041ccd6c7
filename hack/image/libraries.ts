/**
 * The shared libraries that a program needs, as its dynamic linker finds them, and the packages of the distribution that they
 * come from.
 * @module
 */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The files in what `ldd` prints; the kernel's own one has none. Pure. @throws Error where one is not there */
export const parseLdd = (text: string): readonly string[] => {
  const missing = /^\s*(\S+) => not found/m.exec(text)?.[1];
  if (missing) throw new Error(`the base image has no ${missing}`);
  return [...text.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(([, path = '']) => path);
};

/** All libraries of these programs and libraries, each once. */
export const librariesOf = async (files: readonly string[]): Promise<readonly string[]> => {
  const found = new Set<string>();
  for (const file of files) {
    const { stdout } = await run('ldd', [file]);
    for (const library of parseLdd(stdout)) found.add(library);
  }
  return [...found].toSorted((a, b) => (a < b ? -1 : 1));
};

export interface SystemPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
}

/** A library may be known to dpkg by either side of the merge of `/lib` into `/usr/lib`. */
const spellings = (path: string): readonly string[] => [path, path.replace(/^\/usr\/lib/, '/lib')];

const ownerOf = async (file: string): Promise<string | undefined> => {
  for (const path of spellings(await realpath(file))) {
    try {
      const { stdout } = await run('dpkg-query', ['-S', path]);
      return stdout.split(': ')[0];
    } catch {
      // Not known under this name.
    }
  }
  return undefined;
};

const describePackage = async (name: string): Promise<SystemPackage> => {
  const { stdout } = await run('dpkg-query', ['-W', '-f=${Package} ${Version} ${Architecture}', name]);
  const [bare = name, version = '', arch = ''] = stdout.split(' ');
  return { name: bare, version, arch };
};

/** The packages that these files belong to; none where the distribution has no dpkg. */
export const systemPackagesOf = async (files: readonly string[]): Promise<readonly SystemPackage[]> => {
  const owners = new Set((await Promise.all(files.map(ownerOf))).filter((name) => name !== undefined));
  const packages = await Promise.all([...owners].map(describePackage));
  return packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
};
