/**
 * The Grafana dashboard, from a table of its panels.
 * @module
 */

interface Query {
  readonly expr: string;
  /** `{{label}}` is filled in by Grafana. */
  readonly legend: string;
}

interface PanelDefinition {
  readonly title: string;
  readonly type: 'stat' | 'timeseries' | 'table';
  /** A unit of Grafana: `short`, `s`, `percentunit`, `reqps`, `dateTimeFromNow`. */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly description?: string;
}

const rate = (expr: string): string => `rate(${expr}[$__rate_interval])`;
const increase = (expr: string): string => `increase(${expr}[$__rate_interval])`;
const quantile = (share: number, name: string, label: string): string =>
  `histogram_quantile(${share}, sum by (le, ${label}) (${rate(`${name}_bucket`)}))`;

/** Rows of panels, from what everybody asks for to what a developer asks for. */
export const rows: readonly { readonly title: string; readonly panels: readonly PanelDefinition[] }[] = [
  {
    title: 'At a glance',
    panels: [
      {
        title: 'Leader',
        type: 'stat',
        unit: 'short',
        queries: [{ expr: 'sum(callscribe_leader)', legend: 'leaders' }],
        description: 'One is right.',
      },
      {
        title: 'Runs under way',
        type: 'stat',
        unit: 'short',
        queries: [{ expr: 'sum(callscribe_active_runs)', legend: 'runs' }],
      },
      {
        title: 'Recordings in flight',
        type: 'stat',
        unit: 'short',
        queries: [{ expr: 'sum(callscribe_recordings_in_flight)', legend: 'recordings' }],
      },
      {
        title: 'Stalled runs',
        type: 'stat',
        unit: 'short',
        queries: [{ expr: 'sum(max by (reason) (callscribe_runs_stalled)) or vector(0)', legend: 'runs' }],
        description: 'They wait for somebody.',
      },
    ],
  },
  {
    title: 'Work',
    panels: [
      {
        title: 'Recordings by outcome',
        type: 'timeseries',
        unit: 'short',
        queries: [{ expr: `sum by (outcome) (${increase('callscribe_recordings_total')})`, legend: '{{outcome}}' }],
      },
      {
        title: 'Failures by reason',
        type: 'timeseries',
        unit: 'short',
        queries: [
          { expr: `sum by (code) (${increase('callscribe_recordings_total{outcome="Failed"}')})`, legend: '{{code}}' },
        ],
      },
      {
        title: 'Runs by phase',
        type: 'timeseries',
        unit: 'short',
        queries: [{ expr: 'max by (phase) (callscribe_runs)', legend: '{{phase}}' }],
      },
      {
        title: 'Time since the last success of each schedule',
        type: 'table',
        unit: 's',
        queries: [
          {
            expr: 'time() - max by (run_namespace, schedule) (callscribe_schedule_last_success_timestamp_seconds)',
            legend: '{{run_namespace}}/{{schedule}}',
          },
        ],
      },
    ],
  },
  {
    title: 'Money',
    panels: [
      {
        title: 'Cost',
        type: 'timeseries',
        unit: 'short',
        queries: [
          {
            expr: `sum by (state, currency) (${increase('callscribe_cost_total')})`,
            legend: '{{state}} {{currency}}',
          },
        ],
        description: 'What is on the books. The report has it to the last digit.',
      },
      {
        title: 'Reserved now',
        type: 'timeseries',
        unit: 'short',
        queries: [{ expr: 'sum by (currency) (callscribe_cost_reserved)', legend: '{{currency}}' }],
      },
      {
        title: 'Audio at speech services',
        type: 'timeseries',
        unit: 's',
        queries: [
          {
            expr: `sum by (provider, status) (${increase('callscribe_audio_seconds_total')})`,
            legend: '{{provider}} {{status}}',
          },
        ],
      },
      {
        title: 'Attempts',
        type: 'timeseries',
        unit: 'short',
        queries: [{ expr: `sum by (status) (${increase('callscribe_attempts_total')})`, legend: '{{status}}' }],
        description: 'More attempts than recordings are retries.',
      },
    ],
  },
  {
    title: 'Steps and services',
    panels: [
      {
        title: 'Time of a step, 95th percentile',
        type: 'timeseries',
        unit: 's',
        queries: [{ expr: quantile(0.95, 'callscribe_step_duration_seconds', 'stage'), legend: '{{stage}}' }],
      },
      {
        title: 'Errors of steps',
        type: 'timeseries',
        unit: 'short',
        queries: [
          { expr: `sum by (stage, code) (${increase('callscribe_step_errors_total')})`, legend: '{{stage}} {{code}}' },
        ],
      },
      {
        title: 'Requests to Genesys Cloud',
        type: 'timeseries',
        unit: 'reqps',
        queries: [
          {
            expr: `sum by (kind, status) (${rate('callscribe_genesys_requests_total')})`,
            legend: '{{kind}} {{status}}',
          },
        ],
      },
      {
        title: 'Time of a request to Genesys Cloud, 95th percentile',
        type: 'timeseries',
        unit: 's',
        queries: [{ expr: quantile(0.95, 'callscribe_genesys_request_duration_seconds', 'kind'), legend: '{{kind}}' }],
      },
    ],
  },
  {
    title: 'Operator',
    panels: [
      {
        title: 'Requests to the API server',
        type: 'timeseries',
        unit: 'reqps',
        queries: [
          { expr: `sum by (verb, code) (${rate('callscribe_kube_requests_total')})`, legend: '{{verb}} {{code}}' },
        ],
      },
      {
        title: 'Reconciles',
        type: 'timeseries',
        unit: 'ops',
        queries: [
          {
            expr: `sum by (result) (${rate('callscribe_reconcile_duration_seconds_count')})`,
            legend: '{{result}}',
          },
          { expr: 'sum(callscribe_workqueue_depth)', legend: 'queue' },
        ],
      },
      {
        title: 'Memory',
        type: 'timeseries',
        unit: 'bytes',
        queries: [{ expr: 'process_resident_memory_bytes{job=~".*callscribe.*"}', legend: '{{pod}}' }],
      },
      {
        title: 'Event loop lag, 99th percentile',
        type: 'timeseries',
        unit: 's',
        queries: [{ expr: 'nodejs_eventloop_lag_p99_seconds{job=~".*callscribe.*"}', legend: '{{pod}}' }],
      },
    ],
  },
];

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const [WIDTH, STAT_HEIGHT, HEIGHT] = [24, 4, 8];

const targetOf = (type: PanelDefinition['type']) => (query: Query, index: number) => ({
  datasource: DATASOURCE,
  refId: String.fromCodePoint(65 + index),
  expr: query.expr,
  legendFormat: query.legend,
  ...(type === 'table' && { instant: true, format: 'table' }),
});

interface GridPosition {
  readonly h: number;
  readonly w: number;
  readonly x: number;
  readonly y: number;
}

const panelOf = ({ title, type, unit, queries, description }: PanelDefinition, id: number, gridPos: GridPosition) => ({
  id,
  type,
  title,
  ...(description && { description }),
  datasource: DATASOURCE,
  gridPos,
  fieldConfig: { defaults: { unit }, overrides: [] },
  targets: queries.map(targetOf(type)),
});

const layOut = () => {
  const panels: object[] = [];
  let [id, y] = [1, 0];
  for (const { title, panels: those } of rows) {
    panels.push({
      id: id++,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { h: 1, w: WIDTH, x: 0, y: y++ },
      panels: [],
    });
    const w = those.some(({ type }) => type === 'stat') ? WIDTH / those.length : WIDTH / 2;
    const h = those.some(({ type }) => type === 'stat') ? STAT_HEIGHT : HEIGHT;
    those.forEach((panel, index) => {
      const column = (index * w) % WIDTH;
      panels.push(panelOf(panel, id++, { h, w, x: column, y: y + Math.floor((index * w) / WIDTH) * h }));
    });
    y += Math.ceil((those.length * w) / WIDTH) * h;
  }
  return panels;
};

/** The text of `deploy/helm/callscribe/files/dashboard.json`. */
export const dashboard = (): string => {
  const variable = { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' };
  const content = {
    uid: 'callscribe',
    title: 'callscribe',
    tags: ['callscribe'],
    schemaVersion: 39,
    timezone: 'browser',
    refresh: '1m',
    time: { from: 'now-24h', to: 'now' },
    templating: { list: [variable] },
    annotations: { list: [] },
    panels: layOut(),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
};
