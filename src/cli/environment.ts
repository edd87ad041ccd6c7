/**
 * Puts the pipeline together from flags: the one place that knows both the command line and the pipeline's parts.
 * @module
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import { systemClock } from '../clock.ts';
import { createEgressPolicy } from '../pipeline/http/egress.ts';
import { createPipeline, type Pipeline } from '../pipeline/pipeline.ts';

export interface EnvironmentFlags {
  readonly egressAllow: readonly string[];
  readonly egressOnly: boolean;
  readonly workDir?: string;
  readonly maxRecordingsInFlight: number;
}

/** `intercept` is put between the pipeline and all connections that it makes. */
export const openPipeline = (
  flags: EnvironmentFlags,
  intercept?: Dispatcher.DispatcherComposeInterceptor,
): Promise<Pipeline> =>
  createPipeline({
    ...(intercept && { intercept }),
    egress: createEgressPolicy({ allow: flags.egressAllow, only: flags.egressOnly }),
    workDir: flags.workDir ?? join(tmpdir(), 'callscribe'),
    maxRecordingsInFlight: flags.maxRecordingsInFlight,
    clock: systemClock,
    random: Math.random,
  });
