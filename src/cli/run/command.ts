/**
 * `callscribe run`: the pipeline on a manifest without a cluster. The journal is a folder of files; started again, it resumes.
 * @module
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import { createLog } from '../../log.ts';
import type { Plan } from '../../pipeline/plan.ts';
import { renderCsv } from '../../pipeline/settle/csv.ts';
import { type EnvironmentFlags, openPipeline } from '../environment.ts';
import { EXIT, exitCodeOfError, fail } from '../exit.ts';
import { readSource } from '../report-source.ts';
import { claimsIn } from './claims.ts';
import { type Executed, execute } from './execute.ts';
import { type Manifest, readManifest, readTexts, windowOf } from './manifest.ts';
import { createProgressView } from './progress.ts';
import { fileOutbox, fileStore, lock, pin, replaceFile } from './state-dir.ts';

export interface RunFlags extends EnvironmentFlags {
  readonly filename: string;
  readonly secrets?: string;
  readonly stateDir: string;
  readonly logLevel: string;
}

const planOf = async ({ stateDir }: RunFlags, { run, readSecret }: Manifest): Promise<Plan> => {
  const directory = join(stateDir, run.metadata.name);
  const pinned = await pin(directory, run.spec, () => windowOf(run.spec, systemClock.now()));
  const { name } = run.metadata;
  const { uid, window } = pinned;
  const claims = await claimsIn(stateDir, { name, uid }, { redo: run.spec.onAlreadyTranscribed === 'Redo' });
  return { run: { name, namespace: 'local', uid }, spec: run.spec, window, readSecret, claims };
};

const exitCodeOf = ({ summary: { error }, phase }: Executed): number => {
  if (phase === 'Succeeded') return EXIT.succeeded;
  if (phase === 'PartiallyFailed') return EXIT.partiallyFailed;
  return error ? exitCodeOfError(error.code) : EXIT.failed;
};

/** The report as plain files beside the journal, for people. */
const writeReport = async ({ stateDir }: RunFlags, { run }: Plan, { document }: Executed): Promise<void> => {
  const directory = join(stateDir, run.name);
  const { book } = await readSource(run.name, { stateDir });
  await replaceFile(join(directory, 'summary.json'), `${JSON.stringify(document, null, 2)}\n`);
  await replaceFile(join(directory, 'report.csv'), renderCsv(book.rows, book.currency));
};

const closing = ({ spec }: Plan, { summary, end }: Executed): string => {
  if (end) return `${end.code}: ${end.message}\n`;
  if (summary.error) return `${summary.error.code}: ${summary.error.message}\n`;
  const [hindrance] = summary.progress.hindrances;
  if (hindrance) return `${hindrance.code}: ${hindrance.message}\n`;
  if (summary.ending === 'Completed') return '';
  if (spec.suspend) return 'spec.suspend is set, so nothing was begun.\n';
  return 'Interrupted. Run the same command again to go on.\n';
};

const work = async (flags: RunFlags, plan: Plan, directory: string): Promise<number> => {
  const { name: run, namespace } = plan.run;
  const log = createLog({
    level: flags.logLevel,
    isTerminal: process.stderr.isTTY,
    stream: process.stderr,
  }).child({ run, namespace });
  const pipeline = await openPipeline({ ...flags, workDir: flags.workDir ?? join(directory, 'work') });
  const view = createProgressView({
    stream: process.stdout,
    currency: plan.spec.cost.currency,
    now: () => systemClock.now(),
  });
  try {
    const executed = await execute({
      pipeline,
      plan,
      store: fileStore(directory),
      outbox: fileOutbox(directory, plan.run),
      onProgress: view.show,
      onOutcome: ({ state, recordingId, conversationId, error }) => {
        if (state === 'Failed')
          log.warn({ recordingId, conversationId, code: error?.code }, error?.message ?? 'failed');
      },
    });
    await writeReport(flags, plan, executed);
    view.show(executed.summary.progress);
    view.end();
    process.stdout.write(`${closing(plan, executed)}The report is in ${directory}.\n`);
    return exitCodeOf(executed);
  } finally {
    await pipeline.close();
  }
};

/** @returns the exit code: 0 succeeded, 3 partially failed, 1 failed or not complete, 2 bad input */
export const runLocally = async (flags: RunFlags): Promise<number> => {
  try {
    const manifest = readManifest(await readTexts(flags));
    const directory = join(flags.stateDir, manifest.run.metadata.name);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const release = await lock(directory);
    try {
      return await work(flags, await planOf(flags, manifest), directory);
    } finally {
      await release();
    }
  } catch (error) {
    return fail(error);
  }
};
