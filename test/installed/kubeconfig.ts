/**
 * A kubeconfig that the user of a container may read.
 * @module
 */
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ReadableKubeconfig extends AsyncDisposable {
  readonly path: string;
}

/** A copy; it is removed at the end, as it gives access to the cluster of the tests. */
export const withReadableKubeconfig = async (kubeconfig: string): Promise<ReadableKubeconfig> => {
  const folder = await mkdtemp(join(tmpdir(), 'callscribe-kubeconfig-'));
  const path = join(folder, 'config');
  await copyFile(kubeconfig, path);
  await chmod(path, 0o644);
  await chmod(folder, 0o755);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
};
