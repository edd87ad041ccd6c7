/**
 * `callscribe doctor`: a table of what a run would need, and what to do about what is missing.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { doctor } from '../pipeline/doctor/doctor.ts';
import type { Finding } from '../pipeline/doctor/finding.ts';
import { createEgressPolicy } from '../pipeline/http/egress.ts';
import { resolveWindow } from '../window.ts';
import { EXIT, fail } from './exit.ts';
import { readManifest, readTexts } from './run/manifest.ts';

export interface DoctorFlags {
  readonly filename: string;
  readonly secrets?: string;
  readonly egressAllow: readonly string[];
  readonly egressOnly: boolean;
}

const LONGEST_MS = 180_000;

/** One line for each finding, with its remedy below. */
export const renderFindings = (findings: readonly Finding[]): string => {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .map(({ check, verdict, detail, remedy }) => {
      const line = `${verdict.toUpperCase().padEnd(4)}  ${check.padEnd(width)}  ${detail}\n`;
      return remedy === undefined ? line : `${line}      ${' '.repeat(width)}  → ${remedy}\n`;
    })
    .join('');
};

/** A window that is still open is looked at as far as it goes. */
const windowOf = (spec: Parameters<typeof resolveWindow>[0], nowMs: number) => {
  const resolved = resolveWindow(spec, nowMs);
  return resolved.kind === 'Resolved'
    ? resolved.window
    : { fromMs: Date.parse(spec.from ?? ''), toMs: resolved.endsAtMs };
};

/** @returns the exit code: 0 where nothing failed, 1 where something did, 2 bad input */
export const runDoctor = async (flags: DoctorFlags): Promise<number> => {
  try {
    const { run, readSecret } = readManifest(await readTexts(flags));
    const { spec, metadata } = run;
    const egress = createEgressPolicy({ allow: flags.egressAllow, only: flags.egressOnly });
    const window = windowOf(spec.window, systemClock.now());
    const workDir = await mkdtemp(join(tmpdir(), 'callscribe-doctor-'));
    try {
      const plan = { run: { name: metadata.name, namespace: 'local', uid: 'doctor' }, spec, window, readSecret };
      const signal = AbortSignal.timeout(LONGEST_MS);
      const findings = await doctor({ plan, egress, workDir, clock: systemClock, random: Math.random, signal });
      process.stdout.write(renderFindings(findings));
      return findings.some(({ verdict }) => verdict === 'fail') ? EXIT.failed : EXIT.succeeded;
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
  } catch (error) {
    return fail(error);
  }
};
