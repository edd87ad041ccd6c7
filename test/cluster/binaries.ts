/**
 * Where the programs of a control plane are, and how they get there.
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from './cluster.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const VERSION = 'v1.36.3';
const NEEDED = ['etcd', 'kube-apiserver', 'kube-controller-manager'];
const BUILD = fileURLToPath(new URL('../../hack/kubernetes/build.sh', import.meta.url));

const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Where everything lies that is built or fetched once. */
export const cacheRoot = (env: Environment): string =>
  env['CALLSCRIBE_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'callscribe');

/** `<cache>/kubernetes/v1.36.3-linux-amd64`: a new version or machine never runs what another one built. */
export const cacheFolder = (env: Environment): string =>
  join(cacheRoot(env), 'kubernetes', `${VERSION}-${process.platform}-${process.arch}`);

/** The first folder that has all programs of a control plane. */
export const cachedBinaries = async (env: Environment): Promise<string | undefined> => {
  const given = env['KUBEBUILDER_ASSETS'];
  const folders = [...(given ? [given] : []), cacheFolder(env)];
  for (const folder of folders) {
    const found = await Promise.all(NEEDED.map((name) => isExecutable(join(folder, name))));
    if (found.every(Boolean)) return folder;
  }
  return undefined;
};

export const buildBinaries = async (env: Environment, log: Log): Promise<string> => {
  const folder = cacheFolder(env);
  log('building a control plane once, into the cache; this takes about five minutes');
  const build = spawn(BUILD, [folder], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(build, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${BUILD} failed`);
  return folder;
};

/** kubectl of the binaries, or the one on the PATH. */
export const findKubectl = async (binaries = ''): Promise<string> => {
  const folders = [binaries, ...(process.env['PATH'] ?? '').split(delimiter)].filter(Boolean);
  for (const folder of folders) if (await isExecutable(join(folder, 'kubectl'))) return join(folder, 'kubectl');
  throw new Error('no kubectl was found');
};
