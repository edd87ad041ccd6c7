/**
 * `callscribe estimate`: what a manifest would cost, by a dry run without a cluster that leaves nothing behind.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { CallscribeError } from '../errors.ts';
import { createClaims } from '../pipeline/claims/claims.ts';
import type { Plan, Summary } from '../pipeline/plan.ts';
import type { SummaryDocument } from '../report/summary.ts';
import { type EnvironmentFlags, openPipeline } from './environment.ts';
import { estimateTable } from './estimate-table.ts';
import { EXIT, fail } from './exit.ts';
import { claimsIn } from './run/claims.ts';
import { execute } from './run/execute.ts';
import { type Manifest, readManifest, readTexts, windowOf } from './run/manifest.ts';
import { memoryStore, noOutbox } from './run/memory.ts';

export interface EstimateFlags extends EnvironmentFlags {
  readonly filename: string;
  readonly secrets?: string;
  /** Where `callscribe run` keeps its runs: what they have transcribed is not paid for again. */
  readonly stateDir?: string;
  readonly output: 'table' | 'json';
}

const planOf = async ({ stateDir }: EstimateFlags, { run, readSecret }: Manifest): Promise<Plan> => {
  const identity = { name: run.metadata.name, namespace: 'local', uid: randomUUID() };
  // What steers a run has nothing to do with what it would cost.
  const spec = { ...run.spec, dryRun: true, suspend: false, cancel: false };
  const options = { redo: spec.onAlreadyTranscribed === 'Redo' };
  const claims = stateDir
    ? await claimsIn(stateDir, identity, options)
    : createClaims().join({ run: identity.name, uid: identity.uid }, options);
  return { run: identity, spec, window: windowOf(spec, systemClock.now()), readSecret, claims };
};

const unfinished = ({ error, ending }: Summary): CallscribeError | undefined => {
  if (ending === 'Completed') return undefined;
  return new CallscribeError(error?.code ?? 'CSC_CANCELLED', error?.message ?? 'the estimate was interrupted');
};

const dryRun = async (flags: EstimateFlags, manifest: Manifest, workDir: string) => {
  const pipeline = await openPipeline({ ...flags, workDir });
  const dots = process.stderr.isTTY ? process.stderr : undefined;
  try {
    const plan = await planOf(flags, manifest);
    const executed = await execute({
      pipeline,
      plan,
      store: memoryStore(),
      outbox: noOutbox,
      onProgress: ({ counts }) => dots?.write(`\r${counts.found} found`),
      onOutcome: () => {},
    });
    dots?.write('\r\u001B[2K');
    return executed;
  } finally {
    await pipeline.close();
  }
};

const render = (document: SummaryDocument, output: EstimateFlags['output']): string =>
  output === 'json' ? `${JSON.stringify(document, null, 2)}\n` : estimateTable(document);

/** @returns the exit code: 0 where everything could be looked at, 3 where some could not, 1 failed, 2 bad input */
export const estimate = async (flags: EstimateFlags): Promise<number> => {
  const workDir = await mkdtemp(join(tmpdir(), 'callscribe-estimate-'));
  try {
    const { summary, document, phase } = await dryRun(flags, readManifest(await readTexts(flags)), workDir);
    const error = unfinished(summary);
    if (error) throw error;
    process.stdout.write(render(document, flags.output));
    return phase === 'Succeeded' ? EXIT.succeeded : EXIT.partiallyFailed;
  } catch (error) {
    return fail(error);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
};
