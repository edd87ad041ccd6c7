/**
 * `callscribe report`: all shards of a report as one document.
 * @module
 */
import { join } from 'node:path';
import { withoutLeftovers } from '../controller/ledger/merge.ts';
import { RUN_LABEL, runLabels, shardSetOf, type ShardSet, type StoredObject } from '../controller/ledger/store.ts';
import { resourcePath } from '../controller/runtime/resource-path.ts';
import { CallscribeError } from '../errors.ts';
import { formatMicros } from '../pipeline/money/micros.ts';
import { parseCsv, renderCsv } from '../pipeline/settle/csv.ts';
import type { Row } from '../pipeline/types.ts';
import { connect } from './cluster.ts';
import { EXIT, fail } from './exit.ts';
import { fileStore } from './run/state-dir.ts';

export interface ReportFlags {
  readonly namespace?: string;
  readonly output: 'csv' | 'json';
  readonly stateDir?: string;
}

type ShardData = Readonly<Record<string, string>>;

const fromCluster = async (run: string, namespace: string | undefined): Promise<ShardSet> => {
  const cluster = connect();
  const path = resourcePath({
    group: '',
    version: 'v1',
    plural: 'configmaps',
    namespace: namespace ?? cluster.namespace,
  });
  const label = runLabels({ namespace: '', name: run, uid: '' })[RUN_LABEL];
  const { items } = await cluster.kube.list<StoredObject>(path, { labelSelector: `${RUN_LABEL}=${label}` });
  return shardSetOf(run, items);
};

const fromFiles = (run: string, stateDir: string): Promise<ShardSet> => fileStore(join(stateDir, run)).list();

const jsonRow = ({ costMicros, costUnknownMicros, atMs, ...row }: Row) => ({
  ...row,
  at: new Date(atMs).toISOString(),
  cost: formatMicros(costMicros),
  costUnknown: formatMicros(costUnknownMicros),
});

const render = (shards: readonly ShardData[], output: 'csv' | 'json'): string => {
  const parsed = shards.map((data) => parseCsv(data['report.csv'] ?? ''));
  const currency = parsed[0]?.currency ?? 'USD';
  const rows = parsed.flatMap((shard) => shard.rows);
  if (output === 'csv') return renderCsv(rows, currency);
  const summary: unknown = JSON.parse(shards[0]?.['summary.json'] ?? '{}');
  return `${JSON.stringify({ currency, summary, rows: rows.map(jsonRow) }, null, 2)}\n`;
};

export const report = async (run: string, flags: ReportFlags): Promise<number> => {
  try {
    const found = flags.stateDir ? await fromFiles(run, flags.stateDir) : await fromCluster(run, flags.namespace);
    const shards = [...withoutLeftovers(found).values()].map(({ data }) => data);
    if (shards.length === 0) throw new CallscribeError('CSC_NOT_FOUND', `there is no report of a run ${run}`);
    process.stdout.write(render(shards, flags.output));
    return EXIT.succeeded;
  } catch (error) {
    return fail(error);
  }
};
