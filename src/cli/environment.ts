/**
 * Puts the pipeline together from flags: the one place that knows both the command line and the pipeline's parts.
 * @module
 */
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../clock.ts';
import { CallscribeError } from '../errors.ts';
import { createEgressPolicy } from '../pipeline/http/egress.ts';
import { builtInPrices } from '../pipeline/money/built-in-prices.ts';
import { parsePriceTable, type PriceTable } from '../pipeline/money/price-table.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from '../pipeline/pipeline.ts';

export interface EnvironmentFlags {
  readonly egressAllow: readonly string[];
  readonly egressOnly: boolean;
  readonly workDir?: string;
  readonly maxRecordingsInFlight: number;
  /** A file instead of the table that comes with callscribe. */
  readonly priceTable?: string;
}

const readPrices = async (path: string | undefined): Promise<PriceTable> => {
  if (path === undefined) return builtInPrices();
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CallscribeError('CSC_PRICE_TABLE_INVALID', `${path} cannot be read`, { cause: error });
  });
  return parsePriceTable(text);
};

/** @throws CallscribeError `CSC_PRICE_TABLE_INVALID` */
export const openPipeline = async (
  flags: EnvironmentFlags,
  hooks: Pick<PipelineOptions, 'intercept' | 'onGenesysRequest'> = {},
): Promise<Pipeline> =>
  createPipeline({
    ...hooks,
    egress: createEgressPolicy({ allow: flags.egressAllow, only: flags.egressOnly }),
    workDir: flags.workDir ?? join(tmpdir(), 'callscribe'),
    maxRecordingsInFlight: flags.maxRecordingsInFlight,
    priceTable: await readPrices(flags.priceTable),
    clock: systemClock,
    random: Math.random,
  });
