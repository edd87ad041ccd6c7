/**
 * Alerts and dashboard: about metrics that exist, with labels that exist, and they fire when they should.
 * @module
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { describe, expect, inject, it } from 'vitest';
import { rows } from '../../hack/generate/dashboard.ts';
import { type MetricDefinition, metrics } from '../../src/controller/metrics/catalogue.ts';
import { openPromtool } from '../tools/promtool.ts';
import { type KubernetesObject, render } from './helm.ts';
import { valueSets } from './value-sets.ts';

const program = inject('helm');
const promtool = await openPromtool();
const unavailable = 'unavailable' in promtool ? promtool.unavailable : undefined;
if (unavailable) process.stdout.write(`==> SKIPPED, the alerts against promtool: ${unavailable}\n`);

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface PrometheusRule extends KubernetesObject {
  readonly spec: { readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] };
}

const groupsOf = async (prometheusRule: object): Promise<PrometheusRule['spec']> =>
  (await render(program, { metrics: { prometheusRule: { enabled: true, ...prometheusRule } } })).one<PrometheusRule>(
    'PrometheusRule',
  ).spec;

const rulesOf = async (prometheusRule: object = {}): Promise<readonly Rule[]> =>
  (await groupsOf(prometheusRule)).groups.flatMap(({ rules }) => rules);

const SUFFIXES: Readonly<Record<MetricDefinition['type'], readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

/** What a scrape shows: name and labels. */
const series = new Map<string, ReadonlySet<string>>(
  Object.entries<MetricDefinition>(metrics).flatMap(([name, { type, labels }]) =>
    SUFFIXES[type].map((suffix) => [
      `${name}${suffix}`,
      new Set([...Object.keys(labels), ...(suffix === '_bucket' ? ['le'] : [])]),
    ]),
  ),
);

/** Added by Prometheus to what it scrapes. */
const TARGET_LABELS: ReadonlySet<string> = new Set(['job', 'pod', 'namespace', 'instance']);

/** What is wrong with an expression: series that do not exist, or that do not have a label that is selected by. */
const complaintsAbout = (expr: string): string[] =>
  [...expr.matchAll(/\b(callscribe_\w+)(?:\{([^}]*)\})?/g)].flatMap(([, name = '', selector = '']) => {
    const labels = series.get(name);
    if (!labels) return [`there is no ${name}`];
    return [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)]
      .map(([, label = '']) => label)
      .filter((label) => !labels.has(label) && !TARGET_LABELS.has(label))
      .map((label) => `${name} has no label ${label}`);
  });

const groupingsOf = (expr: string): string[] =>
  [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',').map((label) => label.trim()));

const allLabels: ReadonlySet<string> = new Set([
  ...[...series.values()].flatMap((labels) => [...labels]),
  ...TARGET_LABELS,
]);

describe('the alerts', () => {
  it('are about metrics and labels that exist', async () => {
    for (const { expr } of await rulesOf()) {
      expect(complaintsAbout(expr)).toEqual([]);
      for (const label of groupingsOf(expr)) expect(allLabels).toContain(label);
    }
    expect(complaintsAbout('rate(callscribe_lost_total[5m])')).toEqual(['there is no callscribe_lost_total']);
    expect(complaintsAbout('callscribe_runs{fase="x"}')).toEqual(['callscribe_runs has no label fase']);
  });

  it('have a run-book each', async () => {
    const runbooks = await readFile(new URL('../../docs/runbooks.md', import.meta.url), 'utf8');
    for (const { alert, annotations } of await rulesOf()) {
      expect(runbooks).toContain(`\n## ${alert}\n`);
      expect(annotations['runbook_url']).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
    }
  });

  it('take the values of the chart', async () => {
    const rules = await rulesOf({
      runbookURL: 'https://wiki.example.com/x',
      alertLabels: { team: 'voice', severity: 'page' },
      disabled: ['CallscribeDown'],
      missedScheduleSeconds: 1234,
      failedPercent: 7,
    });
    expect(rules.some(({ alert }) => alert === 'CallscribeDown')).toBe(false);
    expect(rules.every(({ labels }) => labels['team'] === 'voice' && labels['severity'] === 'page')).toBe(true);
    expect(rules.find(({ alert }) => alert === 'CallscribeScheduleMissed')?.expr).toContain('> 1234');
    expect(rules.find(({ alert }) => alert === 'CallscribeRecordingsFailing')?.expr).toContain('> 7');
    expect(rules[0]?.annotations['runbook_url']).toMatch(/^https:\/\/wiki\.example\.com\/x#callscribe/);
  });

  it.skipIf(unavailable)('fire when they should, and not otherwise (promtool)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'callscribe-rules-'));
    try {
      await writeFile(join(folder, 'rules.yaml'), stringify(await groupsOf({})));
      await copyFile(new URL('alerts.rules-test.yaml', import.meta.url), join(folder, 'test.yaml'));
      const path = 'path' in promtool ? promtool.path : '';
      const run = (...args: readonly string[]) => promisify(execFile)(path, args, { cwd: folder });
      expect((await run('check', 'rules', 'rules.yaml')).stdout).toMatch(/SUCCESS: 14 rules found/);
      expect((await run('test', 'rules', 'test.yaml')).stdout).toMatch(/SUCCESS/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the dashboard', () => {
  const queries = rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries));

  it('is about metrics and labels that exist', () => {
    for (const { expr, legend } of queries) {
      expect(complaintsAbout(expr)).toEqual([]);
      const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      for (const label of [...groupingsOf(expr), ...shown]) expect(allLabels).toContain(label);
    }
  });

  it('shows every metric that is not a duplicate of another', () => {
    const shown = queries.map(({ expr }) => expr).join(' ');
    const missing = Object.keys(metrics).filter((name) => !shown.includes(name));
    expect(missing).toEqual([
      'callscribe_build_info',
      'callscribe_runs_finished_total',
      'callscribe_run_duration_seconds',
      'callscribe_recordings_pending',
      'callscribe_watch_errors_total',
      'callscribe_kube_request_duration_seconds',
    ]);
  });

  it('is a ConfigMap that the sidecar of Grafana finds', async () => {
    const rendered = await render(program, valueSets['everything that watches']);
    const { data, metadata } = rendered.one<{ readonly data: Readonly<Record<string, string>> }>(
      'ConfigMap',
      'callscribe-dashboard',
    );
    expect(metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    expect(metadata.annotations).toEqual({ 'grafana-folder': 'voice' });
    const { panels, uid } = JSON.parse(data['callscribe.json'] ?? '') as {
      readonly uid: string;
      readonly panels: readonly { readonly id: number; readonly gridPos: { readonly x: number; readonly w: number } }[];
    };
    expect(uid).toBe('callscribe');
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});
