/**
 * What the other runs of a state directory have transcribed: each has a folder of its own beside that of this run.
 * @module
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClaims, type RunClaims } from '../../pipeline/claims/claims.ts';
import { parseCsv } from '../../pipeline/settle/csv.ts';
import { fileStore, type Pinned } from './state-dir.ts';

/** A folder that holds no run, or one that cannot be read, says nothing. */
const learnFrom = async (claims: ReturnType<typeof createClaims>, directory: string, run: string): Promise<void> => {
  try {
    const { uid } = JSON.parse(await readFile(join(directory, 'run.json'), 'utf8')) as Pinned;
    for (const { data } of (await fileStore(directory).list()).values()) {
      claims.learn({ run, uid }, parseCsv(data['report.csv'] ?? '').rows);
    }
  } catch {
    // Not ours to repair, and no reason not to work on this run.
  }
};

/** The claims of the run in `stateDir/name`. Runs that are worked on at the same time by another process are not seen. */
export const claimsIn = async (
  stateDir: string,
  run: { readonly name: string; readonly uid: string },
  options: { readonly redo: boolean },
): Promise<RunClaims> => {
  const claims = createClaims();
  const entries = await readdir(stateDir, { withFileTypes: true });
  const others = entries.filter((entry) => entry.isDirectory() && entry.name !== run.name);
  await Promise.all(others.map(({ name }) => learnFrom(claims, join(stateDir, name), name)));
  return claims.join({ run: run.name, uid: run.uid }, options);
};
