/**
 * Programs that are built once from the pinned Go modules in `hack/`, into the cache.
 * @module
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../cluster/binaries.ts';

/** A folder of `hack/` with a `go.mod` and a `build.sh` that takes the folder to build into. */
export type GoTools = 'helm' | 'gitops' | 'node';

const pathOf = (relative: string): string => fileURLToPath(new URL(`../../hack/${relative}`, import.meta.url));

/** Keyed by the pins and the recipe: what another version built is never run. */
const folderOf = async (tools: GoTools): Promise<string> => {
  const hash = createHash('sha256');
  for (const file of ['go.sum', 'go.mod', 'build.sh']) hash.update(await readFile(pathOf(`${tools}/${file}`)));
  const key = `${hash.digest('hex').slice(0, 12)}-${process.platform}-${process.arch}`;
  return join(cacheRoot(process.env), tools, key);
};

const build = async (tools: GoTools, folder: string): Promise<void> => {
  const script = pathOf(`${tools}/build.sh`);
  const child = spawn(script, [folder], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${script} failed`);
};

/** The folder with the programs; they are built where they are not there yet. */
export const openGoTools = async (tools: GoTools): Promise<string> => {
  const folder = await folderOf(tools);
  try {
    await access(folder);
  } catch {
    await build(tools, folder);
  }
  return folder;
};
