/**
 * Assembles the whole file system of an image in a folder, from what the stages before left in `/app` and from the base image:
 * Node, the libraries that it is linked with, callscribe, and nothing else. There is no shell and no package manager to break into.
 *
 *     node hack/image/assemble.ts controller /rootfs
 * @module
 */
import { chmod, copyFile, cp, lutimes, mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { librariesOf, systemPackagesOf } from './libraries.ts';
import { isNeeded, type Lockfile, type Package, productionPackages } from './packages.ts';
import { sbomOf } from './sbom.ts';

type Target = 'controller' | 'speech-server';

const APP = fileURLToPath(new URL('../../', import.meta.url));
const NODE = '/usr/local/bin/node';
/** All files get this time, or `SOURCE_DATE_EPOCH`: the time of a build must not be in its layers. */
const EPOCH_SECONDS = Number(process.env['SOURCE_DATE_EPOCH'] ?? 0);
const OWNER = '65532';

/** Files of the distribution that glibc opens by name. Not each distribution has all of them. */
const OPENED_BY_NAME = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'];

const textFiles: Readonly<Record<string, string>> = {
  '/etc/passwd': `root:x:0:0:root:/:/nonexistent\ncallscribe:x:${OWNER}:${OWNER}:callscribe:/:/nonexistent\n`,
  '/etc/group': `root:x:0:\ncallscribe:x:${OWNER}:\n`,
  '/etc/nsswitch.conf': 'hosts: files dns\n',
  // Found by the PATH, so that `callscribe ...` works with the exec form and without a shell.
  '/usr/local/bin/callscribe': `#!${NODE} --disable-warning=ExperimentalWarning\nimport '/app/src/cli/main.ts';\n`,
};

const filesBelow = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));

const copyTo = async (source: string, target: string): Promise<void> => {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
};

/** Packages inside of this one are packages of their own. */
const copyPackage = async (item: Package, root: string): Promise<void> => {
  const folder = join(APP, item.path);
  for (const file of await filesBelow(folder)) {
    if (file.startsWith('node_modules/') || !isNeeded(item, file)) continue;
    await copyTo(join(folder, file), join(root, 'app', item.path, file));
  }
};

const copyOurs = async (root: string): Promise<void> => {
  for (const file of ['package.json', 'LICENSE']) await copyTo(join(APP, file), join(root, 'app', file));
  for (const folder of ['src', 'deploy/crds'])
    await cp(join(APP, folder), join(root, 'app', folder), { recursive: true });
};

const isProgram = (file: string): boolean => file.endsWith('.node') || /\.so(?:\.\d+)*$/.test(file);

/** Libraries that the packages bring along are found beside the add-on that needs them. */
const copyLibraries = async (root: string, packages: readonly Package[]): Promise<readonly string[]> => {
  const addons: string[] = [];
  for (const { path } of packages) {
    const files = await filesBelow(join(APP, path)).catch(() => []);
    addons.push(...files.filter(isProgram).map((file) => join(APP, path, file)));
  }
  const linked = (await librariesOf([process.execPath, ...addons])).filter((path) => !path.startsWith(APP));
  for (const path of linked) await copyTo(path, join(root, path));
  const libc = linked.find((path) => path.includes('libc.so'));
  for (const name of libc ? OPENED_BY_NAME : [])
    await copyTo(join(dirname(libc ?? ''), name), join(root, dirname(libc ?? ''), name)).catch(() => {});
  return linked;
};

const writeTextFiles = async (root: string): Promise<void> => {
  for (const [path, text] of Object.entries(textFiles)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await chmod(join(root, '/usr/local/bin/callscribe'), 0o755);
  await mkdir(join(root, 'tmp'));
  await chmod(join(root, 'tmp'), 0o1777);
};

/** `ID` of `/etc/os-release`. */
const distribution = async (): Promise<string> =>
  /^ID="?([^"\n]+)/m.exec(await readFile('/etc/os-release', 'utf8').catch(() => ''))?.[1] ?? 'linux';

/** Children before their folder, whose time each of them changes. */
const settleTimes = async (path: string): Promise<void> => {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await settleTimes(join(path, entry.name));
    else await lutimes(join(path, entry.name), EPOCH_SECONDS, EPOCH_SECONDS);
  }
  await lutimes(path, EPOCH_SECONDS, EPOCH_SECONDS);
};

const readJSON = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;

const onDisk = async (packages: readonly Package[]): Promise<readonly Package[]> => {
  const there = await Promise.all(
    packages.map(({ path }) =>
      realpath(join(APP, path)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return packages.filter((_, index) => there[index]);
};

const assemble = async (target: Target, root: string): Promise<void> => {
  const lockfile = await readJSON<Lockfile>(join(APP, 'package-lock.json'));
  const { version } = await readJSON<{ readonly version: string }>(join(APP, 'package.json'));
  const packages = await onDisk(productionPackages(lockfile, { optional: target === 'speech-server' }));
  await copyOurs(root);
  for (const item of packages) await copyPackage(item, root);
  if (target === 'speech-server') await cp(join(APP, 'cache'), join(root, 'app/cache'), { recursive: true });
  await copyTo(await realpath(process.execPath), join(root, NODE));
  const libraries = await copyLibraries(root, packages);
  await writeTextFiles(root);
  const system = await systemPackagesOf(libraries);
  const nodeVersion = process.versions.node;
  const sbom = sbomOf({ version, nodeVersion, packages, system, distribution: await distribution() });
  await copyTo('/dev/null', join(root, 'app/sbom.cdx.json'));
  await writeFile(join(root, 'app/sbom.cdx.json'), sbom);
  await settleTimes(root);
};

const [target, root] = process.argv.slice(2);
if ((target !== 'controller' && target !== 'speech-server') || !root)
  throw new Error('usage: assemble.ts controller|speech-server <folder>');
await assemble(target, root);
