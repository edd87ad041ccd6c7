/**
 * Puts the pipeline together from flags: the one place that knows both the command line and the pipeline's parts.
 * @module
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { createEgressPolicy } from '../pipeline/http/egress.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from '../pipeline/pipeline.ts';

export interface EnvironmentFlags {
  readonly egressAllow: readonly string[];
  readonly egressOnly: boolean;
  readonly workDir?: string;
  readonly maxRecordingsInFlight: number;
}

export const openPipeline = (
  flags: EnvironmentFlags,
  hooks: Pick<PipelineOptions, 'intercept' | 'onGenesysRequest'> = {},
): Promise<Pipeline> =>
  createPipeline({
    ...hooks,
    egress: createEgressPolicy({ allow: flags.egressAllow, only: flags.egressOnly }),
    workDir: flags.workDir ?? join(tmpdir(), 'callscribe'),
    maxRecordingsInFlight: flags.maxRecordingsInFlight,
    clock: systemClock,
    random: Math.random,
  });
