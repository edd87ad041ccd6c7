/**
 * Writes `deploy/install.yaml` and the kustomize base from what the chart renders. With `--check` it only compares.
 *
 *     node hack/manifests.ts            needs Helm, which is built from its Go module where it is not yet
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { openGoTools } from '../test/tools/go-tools.ts';
import { type Manifest, plainFiles } from './manifests/plain.ts';

const COMMAND = 'make manifests';
const NAMESPACE = 'callscribe';
const deploy = (path: string): string => fileURLToPath(new URL(`../deploy/${path}`, import.meta.url));

const render = async (): Promise<readonly Manifest[]> => {
  const helm = join(await openGoTools('helm'), 'helm');
  const args = ['template', 'callscribe', deploy('helm/callscribe'), `--namespace=${NAMESPACE}`, '--no-hooks'];
  const { stdout } = await promisify(execFile)(helm, args, { maxBuffer: 16 * 1024 * 1024 });
  return parseAllDocuments(stdout).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
};

const { appVersion } = parse(await readFile(deploy('helm/callscribe/Chart.yaml'), 'utf8')) as { appVersion: string };
const files = plainFiles(await render(), {
  namespace: NAMESPACE,
  image: `callscribe:${appVersion}`,
  command: COMMAND,
});

const check = process.argv.includes('--check');
for (const [name, wanted] of Object.entries(files)) {
  const path = deploy(name);
  if ((await readFile(path, 'utf8').catch(() => '')) === wanted) continue;
  if (check) {
    process.stderr.write(`deploy/${name} is out of date: run \`${COMMAND}\`\n`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, wanted);
  }
}
