/**
 * `callscribe run`: the pipeline on a manifest without a cluster. The journal is a folder of files; started again, it resumes.
 * @module
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import { openLedger, type Ledger } from '../../controller/ledger/ledger.ts';
import { liveSettings } from '../../controller/run/attempt.ts';
import { decode } from '../../controller/ledger/shard.ts';
import { phaseOf } from '../../controller/run/ending.ts';
import type { End, Phase } from '../../controller/run/facts.ts';
import { summaryDocument } from '../../controller/run/summary-document.ts';
import { CallscribeError } from '../../errors.ts';
import { createLog } from '../../log.ts';
import type { Plan, Summary } from '../../pipeline/plan.ts';
import { renderCsv } from '../../pipeline/settle/csv.ts';
import { resolveWindow } from '../../window.ts';
import { type EnvironmentFlags, openPipeline } from '../environment.ts';
import { EXIT, exitCodeOfError, fail } from '../exit.ts';
import { type Manifest, readManifest, readText } from './manifest.ts';
import { createProgressView } from './progress.ts';
import { steer } from './steering.ts';
import { fileOutbox, fileStore, lock, pin, replaceFile } from './state-dir.ts';

export interface RunFlags extends EnvironmentFlags {
  readonly filename: string;
  readonly secrets?: string;
  readonly stateDir: string;
  readonly logLevel: string;
}

const planOf = async (directory: string, { run, readSecret }: Manifest): Promise<Plan> => {
  const pinned = await pin(directory, run.spec, () => {
    const resolved = resolveWindow(run.spec.window, systemClock.now());
    if (resolved.kind === 'Resolved') return resolved.window;
    const endsAt = new Date(resolved.endsAtMs).toISOString();
    throw new CallscribeError('CSC_SPEC_INVALID', `the window is still open: it ends at ${endsAt}`);
  });
  const { name } = run.metadata;
  return { run: { name, namespace: 'local', uid: pinned.uid }, spec: run.spec, window: pinned.window, readSecret };
};

const exitCodeOf = ({ error }: Summary, phase: Phase | undefined): number => {
  if (phase === 'Succeeded') return EXIT.succeeded;
  if (phase === 'PartiallyFailed') return EXIT.partiallyFailed;
  return error ? exitCodeOfError(error.code) : EXIT.failed;
};

const writeReport = async (directory: string, ledger: Ledger, summary: object, currency: string): Promise<void> => {
  await ledger.summarise(summary);
  await replaceFile(join(directory, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  const { rows } = await openReadOnly(directory);
  await replaceFile(join(directory, 'report.csv'), renderCsv(rows, currency));
};

const openReadOnly = async (directory: string) => {
  const versions = await fileStore(directory).list();
  return { rows: [...versions].flatMap(([index, { data }]) => decode(index, data).rows) };
};

const closing = ({ spec }: Plan, summary: Summary, end: End | undefined): string => {
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
  const steering = steer(plan.spec, { clock: systemClock, signals: process });
  const view = createProgressView({
    stream: process.stdout,
    currency: plan.spec.cost.currency,
    now: () => systemClock.now(),
  });
  try {
    const outbox = fileOutbox(directory, plan.run);
    const ledger = await openLedger({
      store: fileStore(directory),
      outbox,
      currency: plan.spec.cost.currency,
      clock: systemClock,
    });
    const summary = await pipeline.run(plan, ledger, {
      draining: steering.draining,
      signal: steering.signal,
      settings: () => liveSettings(plan.spec),
      onSettings: () => () => {},
      onProgress: (snapshot) => {
        const progress = snapshot();
        view.show(progress);
        // Nobody can raise the budget or mend the destination under a process that only waits.
        if (progress.hindrances.length > 0) steering.drain();
      },
      onOutcome: ({ state, recordingId, conversationId, error }) => {
        if (state === 'Failed')
          log.warn({ recordingId, conversationId, code: error?.code }, error?.message ?? 'failed');
      },
    });
    const phase = phaseOf(summary, steering.end());
    const document = summaryDocument(plan, summary, { phase, nowMs: systemClock.now() });
    await writeReport(directory, ledger, document, plan.spec.cost.currency);
    view.show(summary.progress);
    view.end();
    process.stdout.write(`${closing(plan, summary, steering.end())}The report is in ${directory}.\n`);
    return exitCodeOf(summary, phase);
  } finally {
    steering.stop();
    await pipeline.close();
  }
};

/** @returns the exit code: 0 succeeded, 3 partially failed, 1 failed or not complete, 2 bad input */
export const runLocally = async (flags: RunFlags): Promise<number> => {
  try {
    const texts = await Promise.all([flags.filename, ...(flags.secrets ? [flags.secrets] : [])].map(readText));
    const manifest = readManifest(texts);
    const directory = join(flags.stateDir, manifest.run.metadata.name);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const release = await lock(directory);
    try {
      return await work(flags, await planOf(directory, manifest), directory);
    } finally {
      await release();
    }
  } catch (error) {
    return fail(error);
  }
};
