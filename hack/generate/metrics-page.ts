/**
 * The reference page of the metrics, from their catalogue.
 * @module
 */
import type { MetricDefinition } from '../../src/controller/metrics/catalogue.ts';
import { code, page, plain, table } from './markdown.ts';

const labelsOf = ({ labels }: MetricDefinition): string =>
  Object.entries(labels)
    .map(([name, meaning]) => `${code(name)}: ${plain(meaning)}`)
    .join('; ');

const row = ([name, definition]: readonly [string, MetricDefinition]): string[] => [
  code(name),
  definition.type,
  plain(definition.help),
  labelsOf(definition),
];

/** The text of `docs/reference/metrics.md`. */
export const metricsPage = (metrics: Readonly<Record<string, MetricDefinition>>, command: string): Promise<string> =>
  page([
    '# Metrics',
    `Generated from \`src/controller/metrics/catalogue.ts\` by \`${command}\`. The operator serves them on \`--metrics-address\`, path \`/metrics\`.`,
    'Every label has few values, none is an identifier. Beside these there are the usual `process_*` and `nodejs_*` metrics. Only the leader works, so counters grow there; gauges about runs are the same on each replica: take their `max`.',
    table(['metric', 'type', 'meaning', 'labels'], Object.entries(metrics).map(row)),
  ]);
