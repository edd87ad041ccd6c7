/**
 * Writes what follows from the CRD, the error catalogue and the catalogue of metrics: TypeScript types, the chart's copy of the
 * CRD, its schema, README and dashboard, and the reference pages. With `--check` it only compares, and fails where a file is not what it would write.
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CRD, loadSchema } from '../src/api/crd.ts';
import { metrics } from '../src/controller/metrics/catalogue.ts';
import { catalogue } from '../src/errors.ts';
import { chartReadme } from './generate/chart-readme.ts';
import { valuesSchema } from './generate/chart-values.ts';
import { dashboard } from './generate/dashboard.ts';
import { errorsPage } from './generate/errors-page.ts';
import { metricsPage } from './generate/metrics-page.ts';
import { resourcePage } from './generate/resource-page.ts';
import { typesOf } from './generate/types.ts';

const COMMAND = 'make generate';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const outputs: Readonly<Record<string, () => Promise<string>>> = {
  'src/api/generated/transcriptionrun.ts': () => typesOf(loadSchema(), COMMAND),
  // Helm takes no files from outside of the chart.
  'deploy/helm/callscribe/files/crds/callscribe.dev_transcriptionruns.yaml': () => readFile(CRD, 'utf8'),
  'deploy/helm/callscribe/files/dashboard.json': async () => dashboard(),
  'deploy/helm/callscribe/values.schema.json': async () => valuesSchema(),
  'deploy/helm/callscribe/README.md': () => chartReadme(COMMAND),
  'docs/reference/transcriptionrun.md': async () =>
    resourcePage(loadSchema(), COMMAND, await readFile(fromRoot('deploy/samples/minimal.yaml'), 'utf8')),
  'docs/reference/errors.md': () => errorsPage(catalogue, COMMAND),
  'docs/reference/metrics.md': () => metricsPage(metrics, COMMAND),
};

const check = process.argv.includes('--check');
for (const [name, render] of Object.entries(outputs)) {
  const path = fromRoot(name);
  const [wanted, found] = await Promise.all([render(), readFile(path, 'utf8').catch(() => '')]);
  if (found === wanted) continue;
  if (check) {
    process.stderr.write(`${relative(process.cwd(), path)} is out of date: run \`${COMMAND}\`\n`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, wanted);
  }
}
